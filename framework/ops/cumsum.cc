#include "framework/ops/cumsum.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> CumsumRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(AxisArg(call, 1, x).status());
  return One(call.dtype(2).value_or(IsFloating(x.dtype()) ? x.dtype() : DType::kI64), x.sizes());
}

}  // namespace

const OpDef& CumsumOp() {
  static const OpDef op = MakeOp("aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
                                 CumsumRule, {.reduction_arg = 0});
  return op;
}

Value Cumsum(OpContext& context, const Value& x, int64_t axis, std::optional<DType> dtype) {
  return context.Call(CumsumOp(), {x, axis, dtype ? Argument(*dtype) : Argument(NoneType{})});
}

}  // namespace conformance::ops
