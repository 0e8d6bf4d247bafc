#include "framework/ops/celu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> CeluRule(RuleCall& call) {
  if (call.number(1) == 0) return RuleInvalid(call, "alpha is 0, want another number");
  return FloatingUnaryRule(call);
}

}  // namespace

const OpDef& CeluOp() {
  static const OpDef op =
      MakeOp("aten::celu(Tensor self, Scalar alpha=1.0) -> Tensor", CeluRule, {.pointwise = true});
  return op;
}

Value Celu(OpContext& context, const Value& x, double alpha) { return context.Call(CeluOp(), {x, alpha}); }

}  // namespace conformance::ops
