#include "framework/ops/diff.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> DiffRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  const int64_t n = call.int_value(1);
  if (n < 0) return RuleInvalid(call, "n is " + std::to_string(n) + ", want one ≥ 0");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, x));
  Promotion promotion;
  promotion.Add(x);
  Sizes sizes = x.sizes();
  for (size_t i : {3, 4}) {
    if (call.IsNone(i) || n == 0) continue;
    const Value& joined = call.tensor(i);
    promotion.Add(joined);
    bool fits = joined.rank() == x.rank();
    for (int64_t k = 0; fits && k < x.rank(); ++k) {
      if (k == axis) continue;
      CONFORMANCE_TRY(fits, call.Equal(joined.sizes()[k], x.sizes()[k], "diff: sizes beside the axis"));
    }
    if (!fits) return WantShape(call, i == 3 ? "prepend" : "append", joined, "like " + Describe(x.meta()));
    sizes[axis] += joined.sizes()[axis];
  }
  SymInt& size = sizes[axis];
  CONFORMANCE_TRY(const bool enough, call.Holds(Ge(size, n), "diff: the axis is long enough"));
  size = enough ? size - n : SymInt(0);
  return One(promotion.Get(), std::move(sizes));
}

}  // namespace

const OpDef& DiffOp() {
  static const OpDef op = MakeOp(
      "aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> "
      "Tensor",
      DiffRule);
  return op;
}

Value Diff(OpContext& context, const Value& x, int64_t n, int64_t axis, const Value& prepend,
           const Value& append) {
  return context.Call(DiffOp(), {x, n, axis, prepend, append});
}

}  // namespace conformance::ops
