#include "framework/ops/var.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> VarDimRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  return ReduceOver(call, 1, call.boolean(3), call.tensor(0).dtype());
}

Result<RuleResult> VarRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  return One(call.tensor(0).dtype(), {});
}

}  // namespace

const OpDef& VarDimOp() {
  static const OpDef op =
      MakeOp("aten::var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
             VarDimRule, {.reduction_arg = 0});
  return op;
}

const OpDef& VarCorrectionOp() {
  static const OpDef op = MakeOp(
      "aten::var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
      "keepdim=False) -> Tensor",
      VarDimRule, {.reduction_arg = 0});
  return op;
}

const OpDef& VarOp() {
  static const OpDef op =
      MakeOp("aten::var(Tensor self, bool unbiased=True) -> Tensor", VarRule, {.reduction_arg = 0});
  return op;
}

Value Var(OpContext& context, const Value& x, std::vector<int64_t> axes, bool unbiased, bool keepdim) {
  return context.Call(VarDimOp(), {x, ToSymInts(axes), unbiased, keepdim});
}

}  // namespace conformance::ops
