#include "framework/ops/greater_equal.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& GreaterEqualTensorOp() {
  static const OpDef op = MakeOp("aten::ge.Tensor(Tensor self, Tensor other) -> Tensor", CompareRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& GreaterEqualScalarOp() {
  static const OpDef op =
      MakeOp("aten::ge.Scalar(Tensor self, Scalar other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value GreaterEqual(OpContext& context, const Value& a, const Value& b) {
  return context.Call(GreaterEqualTensorOp(), {a, b});
}
Value GreaterEqual(OpContext& context, const Value& a, Scalar b) {
  return context.Call(GreaterEqualScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
