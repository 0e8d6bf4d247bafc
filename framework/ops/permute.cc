#include "framework/ops/permute.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> PermuteRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const auto& axes = call.sym_ints(1);
  if (static_cast<int64_t>(axes.size()) != x.rank()) {
    return WantShape(call, "self", x,
                     "of " + std::to_string(axes.size()) + " axes, as dims " + SizesText(axes));
  }
  CONFORMANCE_RETURN_IF_ERROR(DistinctAxes(call, axes, x.rank()).status());
  Sizes sizes;
  for (const SymInt& axis : axes) sizes.push_back(x.size(axis.constant()));
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& PermuteOp() {
  static const OpDef op =
      MakeOp("aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)", PermuteRule, {.view = true});
  return op;
}

Value Permute(OpContext& context, const Value& x, std::vector<int64_t> axes) {
  return context.Call(PermuteOp(), {x, ToSymInts(axes)});
}

}  // namespace conformance::ops
