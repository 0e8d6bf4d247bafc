#include "framework/ops/mean.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<DType> MeanType(RuleCall& call, size_t dtype) {
  const DType type = call.dtype(dtype).value_or(call.tensor(0).dtype());
  if (!IsFloating(type) && !IsComplex(type))
    return WantType(call, "self", call.tensor(0), "f16, bf16, f32, f64, complex64 or complex128, or such a dtype");
  return type;
}

Result<RuleResult> MeanDimRule(RuleCall& call) {
  CONFORMANCE_TRY(const DType type, MeanType(call, 3));
  return ReduceOver(call, 1, call.boolean(2), type);
}

Result<RuleResult> MeanRule(RuleCall& call) {
  CONFORMANCE_TRY(const DType type, MeanType(call, 1));
  return One(type, {});
}

}  // namespace

const OpDef& MeanDimOp() {
  static const OpDef op = MakeOp(
      "aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> "
      "Tensor",
      MeanDimRule, {.reduction_arg = 0});
  return op;
}

const OpDef& MeanOp() {
  static const OpDef op =
      MakeOp("aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", MeanRule, {.reduction_arg = 0});
  return op;
}

Value Mean(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim,
           std::optional<DType> dtype) {
  return context.Call(MeanDimOp(),
                      {x, ToSymInts(axes), keepdim, dtype ? Argument(*dtype) : Argument(NoneType{})});
}
Value Mean(OpContext& context, const Value& x) { return context.Call(MeanOp(), {x}); }

}  // namespace conformance::ops
