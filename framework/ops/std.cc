#include "framework/ops/std.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> StdRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  return One(call.tensor(0).dtype(), {});
}
Result<RuleResult> StdDimRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  return ReduceOver(call, 1, call.boolean(3), call.tensor(0).dtype());
}

}  // namespace

const OpDef& StdOp() {
  static const OpDef op =
      MakeOp("aten::std(Tensor self, bool unbiased=True) -> Tensor", StdRule, {.reduction_arg = 0});
  return op;
}

const OpDef& StdDimOp() {
  static const OpDef op =
      MakeOp("aten::std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
             StdDimRule, {.reduction_arg = 0});
  return op;
}

const OpDef& StdCorrectionOp() {
  static const OpDef op = MakeOp(
      "aten::std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) "
      "-> Tensor",
      StdDimRule, {.reduction_arg = 0});
  return op;
}

Value Std(OpContext& context, const Value& x, std::vector<int64_t> axes, bool unbiased, bool keepdim) {
  return context.Call(StdDimOp(), {x, ToSymInts(axes), unbiased, keepdim});
}

}  // namespace conformance::ops
