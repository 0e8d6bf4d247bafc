#include "framework/ops/prelu.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> PreluRule(RuleCall& call) {
  const Value &x = call.tensor(0), &weight = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "weight", weight, x.dtype()));
  if (weight.rank() > 1) return WantShape(call, "weight", weight, "[c], [1] or []");
  if (weight.rank() == 1 && weight.sizes()[0].AsInt() != 1) {
    const SymInt channels = x.rank() > 1 ? x.sizes()[1] : SymInt(1);
    bool fits = x.rank() > 0;
    if (fits) {
      CONFORMANCE_TRY(fits, call.Equal(weight.sizes()[0], channels, "prelu: a weight for each channel"));
    }
    if (!fits) return WantShape(call, "weight", weight, "[" + channels.ToString() + "], [1] or []");
  }
  return Same(x);
}

}  // namespace

const OpDef& PreluOp() {
  static const OpDef op = MakeOp("aten::prelu(Tensor self, Tensor weight) -> Tensor", PreluRule);
  return op;
}

Value Prelu(OpContext& context, const Value& x, const Value& weight) {
  return context.Call(PreluOp(), {x, weight});
}

}  // namespace conformance::ops
