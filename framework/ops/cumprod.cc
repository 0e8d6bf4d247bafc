#include "framework/ops/cumprod.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> CumprodRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(AxisArg(call, 1, x).status());
  return One(call.dtype(2).value_or(IsFloating(x.dtype()) ? x.dtype() : DType::kI64), x.sizes());
}

}  // namespace

const OpDef& CumprodOp() {
  static const OpDef op = MakeOp("aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
                                 CumprodRule, {.reduction_arg = 0});
  return op;
}

Value Cumprod(OpContext& context, const Value& x, int64_t axis) {
  return context.Call(CumprodOp(), {x, axis});
}

}  // namespace conformance::ops
