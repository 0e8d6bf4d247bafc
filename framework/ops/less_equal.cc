#include "framework/ops/less_equal.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LessEqualTensorOp() {
  static const OpDef op = MakeOp("aten::le.Tensor(Tensor self, Tensor other) -> Tensor", CompareRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& LessEqualScalarOp() {
  static const OpDef op =
      MakeOp("aten::le.Scalar(Tensor self, Scalar other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value LessEqual(OpContext& context, const Value& a, const Value& b) {
  return context.Call(LessEqualTensorOp(), {a, b});
}
Value LessEqual(OpContext& context, const Value& a, Scalar b) {
  return context.Call(LessEqualScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
