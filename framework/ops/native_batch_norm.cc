#include "framework/ops/native_batch_norm.h"

#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Status WantPlanes(RuleCall& call, std::initializer_list<size_t> weights, size_t eps) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantEps(call, eps));
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (x.rank() < 2) return WantShape(call, "input", x, "[n, c, ...]");
  return WantChannels(call, weights, x.sizes()[1]);
}

Result<RuleResult> WithStatistics(RuleCall& call, SymInt size) {
  RuleResult result = Same(call.tensor(0));
  for (int i = 0; i < 2; ++i) result.tensors.push_back({StatisticsType(call, {1, 2}), {size}});
  return result;
}

Result<RuleResult> NoTrainingRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantPlanes(call, {1, 2, 3, 4}, 6));
  return WithStatistics(call, 0);
}
Result<RuleResult> LegitRule(RuleCall& call) {
  if (call.boolean(5))
    return Unsupported(std::string(call.op()) +
                       ": training is True, which writes running_mean and running_var");
  CONFORMANCE_RETURN_IF_ERROR(WantPlanes(call, {1, 2, 3, 4}, 7));
  return WithStatistics(call, 0);
}
Result<RuleResult> NoStatsRule(RuleCall& call) {
  if (!call.boolean(3)) return RuleInvalid(call, "training is False without running statistics, want True");
  CONFORMANCE_RETURN_IF_ERROR(WantPlanes(call, {1, 2}, 5));
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const bool some,
                  call.Holds(Gt(NumElements(x.sizes()), 0), "batch_norm: a batch with elements"));
  if (!some) return WantShape(call, "input", x, "with elements");
  return WithStatistics(call, x.sizes()[1]);
}
Result<RuleResult> InstanceNormRule(RuleCall& call) {
  const bool given = !call.IsNone(3) && !call.IsNone(4);
  if (!call.boolean(5) && !given) return RuleInvalid(call, "use_input_stats is False without running statistics, want True");
  if (call.boolean(5) && (!call.IsNone(3) || !call.IsNone(4)))
    return Unsupported(std::string(call.op()) + ": use_input_stats is True, which writes running_mean and running_var");
  CONFORMANCE_RETURN_IF_ERROR(given ? WantPlanes(call, {1, 2, 3, 4}, 7) : WantPlanes(call, {1, 2}, 7));
  const Value& x = call.tensor(0);
  if (x.rank() < 3) return WantShape(call, "input", x, "[n, c, ...]");
  CONFORMANCE_TRY(const bool some, call.Holds(Gt(NumElements(x.sizes()), 0), "instance_norm: elements"));
  if (!some) return WantShape(call, "input", x, "with elements");
  return Same(x);
}

}  // namespace

const OpDef& NativeBatchNormNoTrainingOp() {
  static const OpDef op = MakeOp(
      "aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, Tensor "
      "running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
      NoTrainingRule);
  return op;
}

const OpDef& NativeBatchNormLegitOp() {
  static const OpDef op = MakeOp(
      "aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, "
      "Tensor(b!) running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)",
      LegitRule);
  return op;
}

const OpDef& NativeBatchNormNoStatsOp() {
  static const OpDef op = MakeOp(
      "aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool training, "
      "float momentum, float eps) -> (Tensor, Tensor, Tensor)",
      NoStatsRule, {.reduction_arg = 0});
  return op;
}

const OpDef& InstanceNormOp() {
  static const OpDef op = MakeOp(
      "aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
      "running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor",
      InstanceNormRule, {.reduction_arg = 0});
  return op;
}

/// Each channel of each element of the batch normalised by its own statistics; torch.instance_norm. The op takes running ones, too, in their place.
Value InstanceNorm(OpContext& context, const Value& x, const Value& weight, const Value& bias, double eps) {
  return context.Call(InstanceNormOp(), {x, weight, bias, NoneType{}, NoneType{}, true, 0.1, eps, true});
}

}  // namespace conformance::ops
