#include "framework/ops/prod.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

DType ProdType(RuleCall& call, size_t dtype) {
  const DType own = call.tensor(0).dtype();
  return call.dtype(dtype).value_or(IsFloating(own) ? own : DType::kI64);
}
Result<RuleResult> ProdRule(RuleCall& call) { return One(ProdType(call, 1), {}); }
Result<RuleResult> ProdDimRule(RuleCall& call) {
  return ReduceOver(call, 1, call.boolean(2), ProdType(call, 3));
}

}  // namespace

const OpDef& ProdOp() {
  static const OpDef op =
      MakeOp("aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", ProdRule, {.reduction_arg = 0});
  return op;
}

const OpDef& ProdDimOp() {
  static const OpDef op = MakeOp(
      "aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
      ProdDimRule, {.reduction_arg = 0});
  return op;
}

Value Prod(OpContext& context, const Value& x, int64_t axis, bool keepdim) {
  return context.Call(ProdDimOp(), {x, axis, keepdim});
}
Value Prod(OpContext& context, const Value& x) { return context.Call(ProdOp(), {x}); }

}  // namespace conformance::ops
