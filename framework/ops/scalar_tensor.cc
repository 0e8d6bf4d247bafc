#include "framework/ops/scalar_tensor.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ScalarTensorRule(RuleCall& call) { return One(call.dtype(1).value_or(DType::kF32), {}); }

}  // namespace

const OpDef& ScalarTensorOp() {
  static const OpDef op = MakeOp(
      "aten::scalar_tensor(Scalar s, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None) -> Tensor",
      ScalarTensorRule);
  return op;
}

Value ScalarTensor(OpContext& context, Scalar value, DType dtype) {
  return context.Call(ScalarTensorOp(), {value.argument(), dtype});
}

}  // namespace conformance::ops
