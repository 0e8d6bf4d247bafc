#include "framework/ops/bitwise_xor.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& BitwiseXorTensorOp() {
  static const OpDef op = MakeOp("aten::bitwise_xor.Tensor(Tensor self, Tensor other) -> Tensor", BitwiseRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& BitwiseXorScalarOp() {
  static const OpDef op = MakeOp("aten::bitwise_xor.Scalar(Tensor self, Scalar other) -> Tensor", BitwiseRule,
                                 {.pointwise = true});
  return op;
}

Value BitwiseXor(OpContext& context, const Value& a, const Value& b) {
  return context.Call(BitwiseXorTensorOp(), {a, b});
}
Value BitwiseXor(OpContext& context, const Value& a, Scalar b) {
  return context.Call(BitwiseXorScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
