#include "framework/ops/layer_norm.h"

#include "framework/base/strings.h"
#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> LayerNormRule(RuleCall& call) {
  const double eps = call.number(4);
  if (!(eps >= 0)) return RuleInvalid(call, "eps is " + DoubleText(eps) + ", want one ≥ 0");
  CONFORMANCE_RETURN_IF_ERROR(WantNormalized(call, {2, 3}));
  return Same(call.tensor(0));
}

}  // namespace

const OpDef& LayerNormOp() {
  static const OpDef op = MakeOp(
      "aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? "
      "bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor",
      LayerNormRule, {.reduction_arg = 0});
  return op;
}

Value LayerNorm(OpContext& context, const Value& x, std::vector<SymInt> normalized_shape, const Value& weight,
                const Value& bias, double eps) {
  return context.Call(LayerNormOp(), {x, std::move(normalized_shape), weight, bias, eps});
}

}  // namespace conformance::ops
