#include "framework/ops/batch_norm.h"

#include "framework/base/strings.h"
#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> BatchNormRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const double eps = call.number(7);
  if (!(eps >= 0)) return RuleInvalid(call, "eps is " + DoubleText(eps) + ", want one ≥ 0");
  if (call.boolean(5))
    return Unsupported(std::string(call.op()) + ": training is True, want inference with running statistics");
  if (call.IsNone(3) || call.IsNone(4))
    return RuleInvalid(call, "running_mean or running_var is None, want both for inference");
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (x.rank() < 2) return WantShape(call, "input", x, "[n, c, ...]");
  CONFORMANCE_RETURN_IF_ERROR(WantChannels(call, {1, 2, 3, 4}, x.sizes()[1]));
  return Same(x);
}

}  // namespace

const OpDef& BatchNormOp() {
  static const OpDef op = MakeOp(
      "aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
      "running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor",
      BatchNormRule);
  return op;
}

Value BatchNorm(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                const Value& running_mean, const Value& running_var, double momentum, double eps) {
  return context.Call(BatchNormOp(),
                      {x, weight, bias, running_mean, running_var, false, momentum, eps, true});
}

}  // namespace conformance::ops
