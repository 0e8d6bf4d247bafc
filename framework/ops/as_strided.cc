#include "framework/ops/as_strided.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AsStridedRule(RuleCall& call) {
  const Sizes &sizes = call.sym_ints(1), &strides = call.sym_ints(2);
  if (sizes.size() != strides.size())
    return RuleInvalid(call, "found sizes " + SizesText(sizes) + " and strides " + SizesText(strides) +
                                 ", want as many of both");
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, sizes));
  for (const SymInt& stride : strides) {
    CONFORMANCE_TRY(const bool fits, call.Holds(Ge(stride, 0), "as_strided: strides ≥ 0"));
    if (!fits) return RuleInvalid(call, "strides are " + SizesText(strides) + ", want none below 0");
  }
  if (!call.IsNone(3)) {
    CONFORMANCE_TRY(const bool fits, call.Holds(Ge(call.sym_int(3), 0), "as_strided: offset ≥ 0"));
    if (!fits) return RuleInvalid(call, "storage_offset is " + call.sym_int(3).ToString() + ", want one ≥ 0");
  }
  return One(call.tensor(0).dtype(), sizes);
}

}  // namespace

const OpDef& AsStridedOp() {
  static const OpDef op = MakeOp(
      "aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> "
      "Tensor(a)",
      AsStridedRule, {.view = true});
  return op;
}

Value AsStrided(OpContext& context, const Value& x, std::vector<SymInt> sizes, std::vector<SymInt> strides) {
  return context.Call(AsStridedOp(), {x, std::move(sizes), std::move(strides)});
}

}  // namespace conformance::ops
