#include "framework/ops/cat.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

bool IsSkipped(const Value& x) { return x.rank() == 1 && x.sizes()[0].AsInt() == 0; }

Result<RuleResult> CatRule(RuleCall& call) {
  const std::vector<Value> xs = call.tensors(0);
  if (xs.empty()) return RuleInvalid(call, "found no tensors, want at least one");
  Promotion promotion;
  const Value* first = nullptr;
  for (const Value& x : xs) {
    if (x.rank() == 0) return WantShape(call, "tensors", x, "of at least one axis");
    promotion.Add(x);
    if (first == nullptr && !IsSkipped(x)) first = &x;
  }
  if (first == nullptr) return One(promotion.Get(), {0});
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, *first));
  Sizes sizes = first->sizes();
  for (const Value& x : xs) {
    if (&x == first || (x.rank() != first->rank() && IsSkipped(x))) continue;
    if (x.rank() != first->rank())
      return WantShape(call, "tensors", x, "of " + std::to_string(first->rank()) + " axes");
    for (int64_t i = 0; i < x.rank(); ++i) {
      if (i == axis) continue;
      CONFORMANCE_TRY(const bool equal, call.Equal(x.sizes()[i], sizes[i], "cat: sizes beside the axis"));
      if (!equal)
        return WantShape(call, "tensors", x,
                         "like " + Describe(first->meta()) + " but for axis " + std::to_string(axis));
      if (x.sizes()[i].IsConstant()) sizes[i] = x.sizes()[i];
    }
    if (!IsSkipped(*first) && !IsSkipped(x)) sizes[axis] += x.sizes()[axis];
  }
  return One(promotion.Get(), std::move(sizes));
}

}  // namespace

const OpDef& CatOp() {
  static const OpDef op = MakeOp("aten::cat(Tensor[] tensors, int dim=0) -> Tensor", CatRule);
  return op;
}

Value Cat(OpContext& context, std::vector<Value> xs, int64_t axis) {
  return context.Call(CatOp(), {std::move(xs), axis});
}

}  // namespace conformance::ops
