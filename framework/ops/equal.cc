#include "framework/ops/equal.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& EqualTensorOp() {
  static const OpDef op = MakeOp("aten::eq.Tensor(Tensor self, Tensor other) -> Tensor", CompareRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& EqualScalarOp() {
  static const OpDef op =
      MakeOp("aten::eq.Scalar(Tensor self, Scalar other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value Equal(OpContext& context, const Value& a, const Value& b) {
  return context.Call(EqualTensorOp(), {a, b});
}
Value Equal(OpContext& context, const Value& a, Scalar b) {
  return context.Call(EqualScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
