#include "framework/ops/sort.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> Sorted(RuleCall& call, size_t axis) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(AxisArg(call, axis, x).status());
  RuleResult result = Same(x);
  result.tensors.push_back({DType::kI64, x.sizes()});
  return result;
}
Result<RuleResult> SortRule(RuleCall& call) { return Sorted(call, 1); }
Result<RuleResult> SortStableRule(RuleCall& call) { return Sorted(call, 2); }

}  // namespace

const OpDef& SortOp() {
  static const OpDef op = MakeOp(
      "aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor "
      "indices)",
      SortRule);
  return op;
}

const OpDef& SortStableOp() {
  static const OpDef op = MakeOp(
      "aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> "
      "(Tensor values, Tensor indices)",
      SortStableRule);
  return op;
}

SortResult Sort(OpContext& context, const Value& x, int64_t axis, bool descending) {
  std::vector<Value> values = context.CallMulti(SortOp(), {x, axis, descending});
  return {std::move(values[0]), std::move(values[1])};
}

}  // namespace conformance::ops
