#include "framework/ops/unfold.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> UnfoldRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  const int64_t size = call.int_value(2), step = call.int_value(3);
  if (size < 0) return RuleInvalid(call, "size is " + std::to_string(size) + ", want one ≥ 0");
  if (step <= 0) return RuleInvalid(call, "step is " + std::to_string(step) + ", want one above 0");
  const SymInt available = x.rank() == 0 ? SymInt(1) : x.sizes()[axis];
  CONFORMANCE_TRY(const bool fits, call.Holds(Ge(available, size), "unfold: the window fits into its axis"));
  if (!fits)
    return WantShape(call, "self", x,
                     "with at least " + std::to_string(size) + " along axis " + std::to_string(axis));
  Sizes sizes = x.sizes();
  if (!sizes.empty()) sizes[axis] = FloorDiv(available - size, step) + 1;
  sizes.push_back(size);
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& UnfoldOp() {
  static const OpDef op =
      MakeOp("aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)", UnfoldRule,
             {.view = true});
  return op;
}

Value Unfold(OpContext& context, const Value& x, int64_t axis, int64_t size, int64_t step) {
  return context.Call(UnfoldOp(), {x, axis, size, step});
}

}  // namespace conformance::ops
