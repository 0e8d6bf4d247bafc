#include "framework/ops/dot.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

// The last axis of argument 0 is that of vector 1.
Result<RuleResult> Product(RuleCall& call, int64_t rank) {
  const Value &a = call.tensor(0), &b = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", a));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, call.name(1), b, a.dtype()));
  if (a.rank() != rank) return WantShape(call, "self", a, rank == 1 ? "[n]" : "[m, n]");
  bool fits = b.rank() == 1;
  if (fits) {
    CONFORMANCE_TRY(fits, call.Equal(a.sizes().back(), b.sizes()[0], "a product of vectors of one length"));
  }
  if (!fits) return WantShape(call, call.name(1), b, "[" + a.sizes().back().ToString() + "]");
  return One(a.dtype(), Sizes(a.sizes().begin(), a.sizes().end() - 1));
}
Result<RuleResult> DotRule(RuleCall& call) { return Product(call, 1); }
Result<RuleResult> MvRule(RuleCall& call) { return Product(call, 2); }
Result<RuleResult> OuterRule(RuleCall& call) {
  Promotion promotion;
  for (const size_t i : {0, 1}) {
    if (call.tensor(i).rank() != 1) return WantShape(call, call.name(i), call.tensor(i), "[n]");
    promotion.Add(call.tensor(i));
  }
  return One(promotion.Get(), {call.tensor(0).sizes()[0], call.tensor(1).sizes()[0]});
}

}  // namespace

const OpDef& DotOp() {
  static const OpDef op =
      MakeOp("aten::dot(Tensor self, Tensor tensor) -> Tensor", DotRule, {.reduction_arg = 0});
  return op;
}

const OpDef& MvOp() {
  static const OpDef op = MakeOp("aten::mv(Tensor self, Tensor vec) -> Tensor", MvRule, {.reduction_arg = 0});
  return op;
}

const OpDef& OuterOp() {
  static const OpDef op = MakeOp("aten::outer(Tensor self, Tensor vec2) -> Tensor", OuterRule);
  return op;
}

Value Outer(OpContext& context, const Value& a, const Value& b) { return context.Call(OuterOp(), {a, b}); }

}  // namespace conformance::ops
