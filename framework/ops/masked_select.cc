#include "framework/ops/masked_select.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MaskedSelectRule(RuleCall& call) {
  const Value& mask = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "mask", mask, DType::kBool));
  CONFORMANCE_RETURN_IF_ERROR(call.Broadcast(call.tensor(0).sizes(), mask.sizes()).status());
  return One(call.tensor(0).dtype(), {call.Unbacked("masked_select of " + Describe(mask.meta()))});
}

}  // namespace

const OpDef& MaskedSelectOp() {
  static const OpDef op = MakeOp("aten::masked_select(Tensor self, Tensor mask) -> Tensor", MaskedSelectRule);
  return op;
}

Value MaskedSelect(OpContext& context, const Value& x, const Value& mask) {
  return context.Call(MaskedSelectOp(), {x, mask});
}

}  // namespace conformance::ops
