#include "framework/ops/rms_norm.h"

#include "framework/base/strings.h"
#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RmsNormRule(RuleCall& call) {
  if (!call.IsNone(3)) {
    const double eps = call.number(3);
    if (!(eps >= 0)) return RuleInvalid(call, "eps is " + DoubleText(eps) + ", want one ≥ 0");
  }
  CONFORMANCE_RETURN_IF_ERROR(WantNormalized(call, {2}));
  const Value& x = call.tensor(0);
  return One(call.IsNone(2) ? x.dtype() : PromoteTypes(x.dtype(), call.tensor(2).dtype()), x.sizes());
}

}  // namespace

const OpDef& RmsNormOp() {
  static const OpDef op = MakeOp(
      "aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? "
      "eps=None) -> Tensor",
      RmsNormRule, {.reduction_arg = 0});
  return op;
}

Value RmsNorm(OpContext& context, const Value& x, std::vector<SymInt> normalized_shape, const Value& weight,
              std::optional<double> eps) {
  return context.Call(RmsNormOp(),
                      {x, std::move(normalized_shape), weight, eps ? Argument(*eps) : Argument(NoneType{})});
}

}  // namespace conformance::ops
