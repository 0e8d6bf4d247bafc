#include "framework/ops/stack.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> StackRule(RuleCall& call) {
  const std::vector<Value> xs = call.tensors(0);
  if (xs.empty()) return RuleInvalid(call, "found no tensors, want at least one");
  Promotion promotion;
  for (const Value& x : xs) {
    promotion.Add(x);
    CONFORMANCE_TRY(const bool equal, EqualShapes(call, x.sizes(), xs[0].sizes(), "stack: equal sizes"));
    if (!equal) return WantShape(call, "tensors", x, "like " + Describe(xs[0].meta()));
  }
  CONFORMANCE_TRY(const int64_t axis, call.Axis(call.int_value(1), xs[0].rank() + 1));
  Sizes sizes = xs[0].sizes();
  sizes.insert(sizes.begin() + axis, static_cast<int64_t>(xs.size()));
  return One(promotion.Get(), std::move(sizes));
}

}  // namespace

const OpDef& StackOp() {
  static const OpDef op = MakeOp("aten::stack(Tensor[] tensors, int dim=0) -> Tensor", StackRule);
  return op;
}

Value Stack(OpContext& context, std::vector<Value> xs, int64_t axis) {
  return context.Call(StackOp(), {std::move(xs), axis});
}

}  // namespace conformance::ops
