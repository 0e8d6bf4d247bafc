#include "framework/ops/group_norm.h"

#include "framework/base/strings.h"
#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> GroupNormRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const int64_t groups = call.int_value(1);
  const double eps = call.number(4);
  if (!(eps >= 0)) return RuleInvalid(call, "eps is " + DoubleText(eps) + ", want one ≥ 0");
  if (groups <= 0) return RuleInvalid(call, "num_groups is " + std::to_string(groups) + ", want one above 0");
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (x.rank() < 2) return WantShape(call, "input", x, "[n, c, ...]");
  const SymInt& channels = x.sizes()[1];
  CONFORMANCE_TRY(const bool fits,
                  call.Equal(Mod(channels, groups), 0, "group_norm: the groups divide the channels"));
  if (!fits)
    return WantShape(call, "input", x, "with channels that " + std::to_string(groups) + " groups divide");
  CONFORMANCE_RETURN_IF_ERROR(WantChannels(call, {2, 3}, channels));
  return Same(x);
}

}  // namespace

const OpDef& GroupNormOp() {
  static const OpDef op = MakeOp(
      "aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, "
      "float eps=1e-05, bool cudnn_enabled=True) -> Tensor",
      GroupNormRule, {.reduction_arg = 0});
  return op;
}

Value GroupNorm(OpContext& context, const Value& x, int64_t groups, const Value& weight, const Value& bias,
                double eps) {
  return context.Call(GroupNormOp(), {x, groups, weight, bias, eps});
}

}  // namespace conformance::ops
