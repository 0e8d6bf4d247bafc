#include "framework/ops/not_equal.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& NotEqualTensorOp() {
  static const OpDef op = MakeOp("aten::ne.Tensor(Tensor self, Tensor other) -> Tensor", CompareRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& NotEqualScalarOp() {
  static const OpDef op =
      MakeOp("aten::ne.Scalar(Tensor self, Scalar other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value NotEqual(OpContext& context, const Value& a, const Value& b) {
  return context.Call(NotEqualTensorOp(), {a, b});
}
Value NotEqual(OpContext& context, const Value& a, Scalar b) {
  return context.Call(NotEqualScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
