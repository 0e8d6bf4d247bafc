#include "framework/ops/slice_scatter.h"

#include "framework/ops/part_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ReplacePart(RuleCall& call, Result<RuleResult> part) {
  CONFORMANCE_RETURN_IF_ERROR(part.status());
  const Sizes& wanted = part->tensors[0].sizes;
  CONFORMANCE_TRY(const bool fits,
                  EqualShapes(call, call.tensor(1).sizes(), wanted, "the part that is replaced"));
  if (!fits) return WantShape(call, "src", call.tensor(1), SizesText(wanted));
  return Same(call.tensor(0));
}
Result<RuleResult> SliceScatterRule(RuleCall& call) { return ReplacePart(call, SlicePart(call, 2)); }
Result<RuleResult> SelectScatterRule(RuleCall& call) { return ReplacePart(call, SelectPart(call, 2)); }

}  // namespace

const OpDef& SliceScatterOp() {
  static const OpDef op = MakeOp(
      "aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt "
      "step=1) -> Tensor",
      SliceScatterRule);
  return op;
}

const OpDef& SelectScatterOp() {
  static const OpDef op = MakeOp(
      "aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor", SelectScatterRule);
  return op;
}

Value SliceScatter(OpContext& context, const Value& x, const Value& source, int64_t axis, SymInt start,
                   SymInt end, SymInt step) {
  return context.Call(SliceScatterOp(), {x, source, axis, std::move(start), std::move(end), std::move(step)});
}
Value SelectScatter(OpContext& context, const Value& x, const Value& source, int64_t axis, SymInt position) {
  return context.Call(SelectScatterOp(), {x, source, axis, std::move(position)});
}

}  // namespace conformance::ops
