#include "framework/ops/remainder.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& RemainderTensorOp() {
  static const OpDef op = MakeOp("aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor",
                                 BinaryNoBoolsRule, {.pointwise = true});
  return op;
}

const OpDef& RemainderScalarOp() {
  static const OpDef op = MakeOp("aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor",
                                 BinaryNoBoolsRule, {.pointwise = true});
  return op;
}

Value Remainder(OpContext& context, const Value& a, const Value& b) {
  return context.Call(RemainderTensorOp(), {a, b});
}
Value Remainder(OpContext& context, const Value& a, Scalar b) {
  return context.Call(RemainderScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
