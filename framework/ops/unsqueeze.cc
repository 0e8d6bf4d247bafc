#include "framework/ops/unsqueeze.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> UnsqueezeRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const int64_t axis, call.Axis(call.int_value(1), x.rank() + 1));
  Sizes sizes = x.sizes();
  sizes.insert(sizes.begin() + axis, 1);
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& UnsqueezeOp() {
  static const OpDef op =
      MakeOp("aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", UnsqueezeRule, {.view = true});
  return op;
}

Value Unsqueeze(OpContext& context, const Value& x, int64_t axis) {
  return context.Call(UnsqueezeOp(), {x, axis});
}

}  // namespace conformance::ops
