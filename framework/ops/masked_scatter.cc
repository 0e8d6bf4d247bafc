#include "framework/ops/masked_scatter.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MaskedScatterRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "mask", call.tensor(1), DType::kBool));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "source", call.tensor(2), x.dtype()));
  CONFORMANCE_TRY(Sizes sizes, call.Broadcast(x.sizes(), call.tensor(1).sizes()));
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& MaskedScatterOp() {
  static const OpDef op =
      MakeOp("aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", MaskedScatterRule);
  return op;
}

Value MaskedScatter(OpContext& context, const Value& x, const Value& mask, const Value& source) {
  return context.Call(MaskedScatterOp(), {x, mask, source});
}

}  // namespace conformance::ops
