#include "framework/ops/logsumexp.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> LogsumexpRule(RuleCall& call) {
  const DType own = call.tensor(0).dtype();
  return ReduceOver(call, 1, call.boolean(2), IsFloating(own) ? own : DType::kF32);
}

}  // namespace

const OpDef& LogsumexpOp() {
  static const OpDef op = MakeOp("aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
                                 LogsumexpRule, {.reduction_arg = 0});
  return op;
}

Value Logsumexp(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim) {
  return context.Call(LogsumexpOp(), {x, ToSymInts(axes), keepdim});
}

}  // namespace conformance::ops
