#include "framework/ops/amax.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AmaxRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, 1));
  return ReduceOver(call, 1, call.boolean(2), call.tensor(0).dtype());
}

}  // namespace

const OpDef& AmaxOp() {
  static const OpDef op =
      MakeOp("aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", AmaxRule);
  return op;
}

Value Amax(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim) {
  return context.Call(AmaxOp(), {x, ToSymInts(axes), keepdim});
}

}  // namespace conformance::ops
