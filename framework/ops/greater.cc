#include "framework/ops/greater.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& GreaterTensorOp() {
  static const OpDef op = MakeOp("aten::gt.Tensor(Tensor self, Tensor other) -> Tensor", CompareRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& GreaterScalarOp() {
  static const OpDef op =
      MakeOp("aten::gt.Scalar(Tensor self, Scalar other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value Greater(OpContext& context, const Value& a, const Value& b) {
  return context.Call(GreaterTensorOp(), {a, b});
}
Value Greater(OpContext& context, const Value& a, Scalar b) {
  return context.Call(GreaterScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
