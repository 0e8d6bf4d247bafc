#include "framework/ops/var_mean.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> VarMeanRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  RuleResult result = One(call.tensor(0).dtype(), {});
  result.tensors.push_back(result.tensors[0]);
  return result;
}
Result<RuleResult> VarMeanDimRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  CONFORMANCE_TRY(RuleResult result, ReduceOver(call, 1, call.boolean(3), call.tensor(0).dtype()));
  result.tensors.push_back(result.tensors[0]);
  return result;
}

}  // namespace

const OpDef& VarMeanOp() {
  static const OpDef op = MakeOp("aten::var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)",
                                 VarMeanRule, {.reduction_arg = 0});
  return op;
}

const OpDef& VarMeanDimOp() {
  static const OpDef op = MakeOp(
      "aten::var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, "
      "Tensor)",
      VarMeanDimRule, {.reduction_arg = 0});
  return op;
}

const OpDef& VarMeanCorrectionOp() {
  static const OpDef op = MakeOp(
      "aten::var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
      "keepdim=False) -> (Tensor, Tensor)",
      VarMeanDimRule, {.reduction_arg = 0});
  return op;
}

std::vector<Value> VarMean(OpContext& context, const Value& x, std::vector<int64_t> axes, bool unbiased,
                           bool keepdim) {
  return context.CallMulti(VarMeanDimOp(), {x, ToSymInts(axes), unbiased, keepdim});
}

}  // namespace conformance::ops
