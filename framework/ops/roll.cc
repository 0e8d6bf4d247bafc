#include "framework/ops/roll.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RollRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const auto& shifts = call.sym_ints(1);
  const auto& axes = call.sym_ints(2);
  if (shifts.empty() || (axes.empty() && shifts.size() != 1) ||
      (!axes.empty() && axes.size() != shifts.size())) {
    return RuleInvalid(call, "shifts are " + SizesText(shifts) + " and dims " + SizesText(axes) +
                                 ", want as many of both, or one shift");
  }
  for (const SymInt& axis : axes) CONFORMANCE_RETURN_IF_ERROR(call.Axis(axis.constant(), x.rank()).status());
  return Same(x);
}

}  // namespace

const OpDef& RollOp() {
  static const OpDef op =
      MakeOp("aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", RollRule);
  return op;
}

Value Roll(OpContext& context, const Value& x, std::vector<SymInt> shifts, std::vector<int64_t> axes) {
  return context.Call(RollOp(), {x, std::move(shifts), ToSymInts(axes)});
}

}  // namespace conformance::ops
