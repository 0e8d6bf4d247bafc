#include "framework/ops/amin.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AminRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, 1));
  return ReduceOver(call, 1, call.boolean(2), call.tensor(0).dtype());
}

}  // namespace

const OpDef& AminOp() {
  static const OpDef op =
      MakeOp("aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", AminRule);
  return op;
}

Value Amin(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim) {
  return context.Call(AminOp(), {x, ToSymInts(axes), keepdim});
}

}  // namespace conformance::ops
