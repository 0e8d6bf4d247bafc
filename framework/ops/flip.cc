#include "framework/ops/flip.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> FlipRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(DistinctAxes(call, call.sym_ints(1), call.tensor(0).rank()).status());
  return Same(call.tensor(0));
}

}  // namespace

const OpDef& FlipOp() {
  static const OpDef op = MakeOp("aten::flip(Tensor self, int[] dims) -> Tensor", FlipRule);
  return op;
}

Value Flip(OpContext& context, const Value& x, std::vector<int64_t> axes) {
  return context.Call(FlipOp(), {x, ToSymInts(axes)});
}

}  // namespace conformance::ops
