#include "framework/ops/native_group_norm.h"

#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> NativeGroupNormRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const int64_t groups = call.int_value(6);
  CONFORMANCE_RETURN_IF_ERROR(WantEps(call, 7));
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (x.rank() < 2) return WantShape(call, "input", x, "[n, c, ...]");
  if (groups <= 0) return RuleInvalid(call, "group is " + std::to_string(groups) + ", want a number above 0");
  CONFORMANCE_TRY(bool fits, call.Equal(call.sym_int(4), x.sizes()[1], "group_norm: C"));
  if (fits) {
    CONFORMANCE_TRY(fits, call.Equal(call.sym_int(3), x.sizes()[0], "group_norm: N"));
  }
  if (fits) {
    CONFORMANCE_TRY(fits, call.Equal(call.sym_int(5) * call.sym_int(3) * call.sym_int(4),
                                     NumElements(x.sizes()), "group_norm: N, C and HxW"));
  }
  if (!fits) return RuleInvalid(call, "N, C and HxW are not those of input " + Describe(x.meta()));
  CONFORMANCE_TRY(const bool divides,
                  call.Equal(Mod(x.sizes()[1], groups), 0, "group_norm: groups divide the channels"));
  if (!divides)
    return WantShape(call, "input", x, "with channels that " + std::to_string(groups) + " groups divide");
  CONFORMANCE_RETURN_IF_ERROR(WantChannels(call, {1, 2}, x.sizes()[1]));
  RuleResult result = Same(x);
  for (int i = 0; i < 2; ++i)
    result.tensors.push_back({StatisticsType(call, {1, 2}), {x.sizes()[0], groups}});
  return result;
}

}  // namespace

const OpDef& NativeGroupNormOp() {
  static const OpDef op = MakeOp(
      "aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, "
      "int group, float eps) -> (Tensor, Tensor, Tensor)",
      NativeGroupNormRule, {.reduction_arg = 0});
  return op;
}

std::vector<Value> NativeGroupNorm(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                                   SymInt batch, SymInt channels, SymInt places, int64_t groups, double eps) {
  return context.CallMulti(NativeGroupNormOp(), {x, weight, bias, std::move(batch), std::move(channels),
                                                 std::move(places), groups, eps});
}

}  // namespace conformance::ops
