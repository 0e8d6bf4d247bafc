#include "framework/ops/factory_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> Made(RuleCall& call, const Sizes& sizes, DType dtype) {
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, sizes));
  return One(dtype, sizes);
}

}  // namespace

Result<RuleResult> FilledRule(RuleCall& call) {
  return Made(call, call.sym_ints(0), call.dtype(1).value_or(DType::kF32));
}
Result<RuleResult> LikeRule(RuleCall& call) {
  return One(call.dtype(1).value_or(call.tensor(0).dtype()), call.tensor(0).sizes());
}
Result<RuleResult> FullLikeRule(RuleCall& call) {
  return One(call.dtype(2).value_or(call.tensor(0).dtype()), call.tensor(0).sizes());
}
Result<RuleResult> NewRule(RuleCall& call) {
  return Made(call, call.sym_ints(1), call.dtype(2).value_or(call.tensor(0).dtype()));
}
Result<RuleResult> NewFullRule(RuleCall& call) {
  return Made(call, call.sym_ints(1), call.dtype(3).value_or(call.tensor(0).dtype()));
}

Argument TypeArgument(std::optional<DType> dtype) { return dtype ? Argument(*dtype) : Argument(NoneType{}); }

}  // namespace conformance::ops
