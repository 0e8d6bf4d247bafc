#include "framework/ops/vector_norm.h"

#include <cmath>

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> NormOf(RuleCall& call, double order, std::optional<size_t> axes, bool keepdim,
                          DType dtype) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  if (!IsFloating(dtype))
    return TypeError(std::string(call.op()) + ": dtype is " + std::string(ToString(dtype)) +
                     ", want a float");
  if (order < 0 || std::isinf(order)) CONFORMANCE_RETURN_IF_ERROR(WantElements(call, axes));
  if (!axes) return One(dtype, {});
  return ReduceOver(call, *axes, keepdim, dtype);
}
Result<RuleResult> VectorNormRule(RuleCall& call) {
  const DType dtype = call.dtype(4).value_or(call.tensor(0).dtype());
  if (IsFloating(dtype) && ByteSize(dtype) < ByteSize(call.tensor(0).dtype()))
    return TypeError(std::string(call.op()) + ": dtype is " + std::string(ToString(dtype)) +
                     ", want one at least as wide as self");
  return NormOf(call, call.number(1), 2, call.boolean(3), dtype);
}
Result<RuleResult> NormRule(RuleCall& call) {
  return NormOf(call, call.number(1), std::nullopt, false, call.tensor(0).dtype());
}
Result<RuleResult> NormDimRule(RuleCall& call) {
  return NormOf(call, call.IsNone(1) ? 2 : call.number(1), 2, call.boolean(3), call.tensor(0).dtype());
}

}  // namespace

const OpDef& VectorNormOp() {
  static const OpDef op = MakeOp(
      "aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, "
      "ScalarType? dtype=None) -> Tensor",
      VectorNormRule, {.reduction_arg = 0});
  return op;
}

const OpDef& NormScalarOp() {
  static const OpDef op =
      MakeOp("aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", NormRule, {.reduction_arg = 0});
  return op;
}

const OpDef& NormDimOp() {
  static const OpDef op =
      MakeOp("aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor",
             NormDimRule, {.reduction_arg = 0});
  return op;
}

Value VectorNorm(OpContext& context, const Value& x, Scalar order, std::vector<int64_t> axes, bool keepdim) {
  return context.Call(VectorNormOp(), {x, order.argument(), ToSymInts(axes), keepdim});
}

}  // namespace conformance::ops
