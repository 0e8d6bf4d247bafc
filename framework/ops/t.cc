#include "framework/ops/t.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() > 2) return WantShape(call, "self", x, "[m, n]");
  return One(x.dtype(), Sizes(x.sizes().rbegin(), x.sizes().rend()));
}

}  // namespace

const OpDef& TOp() {
  static const OpDef op = MakeOp("aten::t(Tensor(a) self) -> Tensor(a)", TRule, {.view = true});
  return op;
}

Value T(OpContext& context, const Value& x) { return context.Call(TOp(), {x}); }

}  // namespace conformance::ops
