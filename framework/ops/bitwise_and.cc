#include "framework/ops/bitwise_and.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AndTensorOp() {
  static const OpDef op = MakeOp("aten::__and__.Tensor(Tensor self, Tensor other) -> Tensor", BitwiseRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& AndScalarOp() {
  static const OpDef op =
      MakeOp("aten::__and__.Scalar(Tensor self, Scalar other) -> Tensor", BitwiseRule, {.pointwise = true});
  return op;
}

const OpDef& BitwiseAndTensorOp() {
  static const OpDef op = MakeOp("aten::bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor", BitwiseRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& BitwiseAndScalarOp() {
  static const OpDef op = MakeOp("aten::bitwise_and.Scalar(Tensor self, Scalar other) -> Tensor", BitwiseRule,
                                 {.pointwise = true});
  return op;
}

Value BitwiseAnd(OpContext& context, const Value& a, const Value& b) {
  return context.Call(AndTensorOp(), {a, b});
}
Value BitwiseAnd(OpContext& context, const Value& a, Scalar b) {
  return context.Call(AndScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
