#include "framework/ops/fmod.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& FmodTensorOp() {
  static const OpDef op = MakeOp("aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor", BinaryNoBoolsRule,
                                 {.pointwise = true});
  return op;
}

const OpDef& FmodScalarOp() {
  static const OpDef op = MakeOp("aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor", BinaryNoBoolsRule,
                                 {.pointwise = true});
  return op;
}

Value Fmod(OpContext& context, const Value& a, const Value& b) {
  return context.Call(FmodTensorOp(), {a, b});
}
Value Fmod(OpContext& context, const Value& a, Scalar b) {
  return context.Call(FmodScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
