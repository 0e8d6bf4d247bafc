#include "framework/ops/bitwise_or.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& OrTensorOp() {
  static const OpDef op = MakeOp("aten::__or__.Tensor(Tensor self, Tensor other) -> Tensor", BitwiseRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& OrScalarOp() {
  static const OpDef op =
      MakeOp("aten::__or__.Scalar(Tensor self, Scalar other) -> Tensor", BitwiseRule, {.pointwise = true});
  return op;
}

const OpDef& BitwiseOrTensorOp() {
  static const OpDef op = MakeOp("aten::bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor", BitwiseRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& BitwiseOrScalarOp() {
  static const OpDef op = MakeOp("aten::bitwise_or.Scalar(Tensor self, Scalar other) -> Tensor", BitwiseRule,
                                 {.pointwise = true});
  return op;
}

Value BitwiseOr(OpContext& context, const Value& a, const Value& b) {
  return context.Call(OrTensorOp(), {a, b});
}
Value BitwiseOr(OpContext& context, const Value& a, Scalar b) {
  return context.Call(OrScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
