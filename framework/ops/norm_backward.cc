#include "framework/ops/norm_backward.h"

#include "framework/ops/gradient_rule.h"
#include "framework/ops/native_group_norm.h"
#include "framework/ops/native_layer_norm.h"

namespace conformance::ops {
namespace {

// Weights and statistics are of the input's type, or all of f32 beside halves.
Status WantParameter(const RuleCall& call, size_t index) {
  if (call.IsNone(index)) return Ok();
  const DType dtype = call.tensor(index).dtype(), own = call.tensor(1).dtype();
  if (dtype == own || (dtype == DType::kF32 && ByteSize(own) < 4)) return Ok();
  return WantType(call, call.name(index), call.tensor(index), std::string(ToString(own)) + (ByteSize(own) < 4 ? " or f32" : ""));
}

// `wanted`: of the forward's statistics, whose number of elements counts, as in PyTorch.
Status WantStatistics(RuleCall& call, size_t index, const TensorMeta& wanted) {
  const Value& given = call.tensor(index);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, call.name(index), given, wanted.dtype));
  CONFORMANCE_TRY(const bool fits, call.Equal(NumElements(given.sizes()), NumElements(wanted.sizes), "normalisation: one mean for each row"));
  return fits ? Ok() : Status(WantShape(call, call.name(index), given, "with as many elements as " + SizesText(wanted.sizes)));
}

Status WantPresent(const RuleCall& call, bool asked, size_t index) {
  if (!asked || !call.IsNone(index)) return Ok();
  return RuleInvalid(call, "output_mask asks for the gradient beside " + std::string(call.name(index)) + ", which is None");
}

Result<RuleResult> LayerNormBackwardRule(RuleCall& call) {
  const Value& x = call.tensor(1);
  const std::vector<Argument> args = {x, call.arg(2), call.arg(5), call.arg(6), 0.0};
  CONFORMANCE_TRY(const RuleResult forward, call.Ask(NativeLayerNormOp(), args));
  CONFORMANCE_RETURN_IF_ERROR(WantGradient(call, x.dtype(), x.sizes()));
  for (const size_t i : {3, 4}) CONFORMANCE_RETURN_IF_ERROR(WantStatistics(call, i, forward.tensors[i - 2]));
  for (const size_t i : {5, 6}) CONFORMANCE_RETURN_IF_ERROR(WantParameter(call, i));
  CONFORMANCE_TRY(const std::vector<bool> mask, OutputMask(call, 7, 3));
  for (const size_t i : {5, 6}) CONFORMANCE_RETURN_IF_ERROR(WantPresent(call, mask[i - 4], i));
  const auto of = [&](size_t i) { return call.IsNone(i) ? TensorMeta() : call.tensor(i).meta(); };
  return Masked(mask, {x.meta(), of(5), of(6)});
}

Result<RuleResult> GroupNormBackwardRule(RuleCall& call) {
  const Value& x = call.tensor(1);
  const std::vector<Argument> args = {x, call.arg(4), NoneType{}, call.arg(5), call.arg(6), call.arg(7), call.arg(8), 0.0};
  CONFORMANCE_TRY(const RuleResult forward, call.Ask(NativeGroupNormOp(), args));
  CONFORMANCE_RETURN_IF_ERROR(WantGradient(call, x.dtype(), x.sizes()));
  for (const size_t i : {2, 3}) CONFORMANCE_RETURN_IF_ERROR(WantStatistics(call, i, forward.tensors[i - 1]));
  CONFORMANCE_RETURN_IF_ERROR(WantParameter(call, 4));
  CONFORMANCE_TRY(const std::vector<bool> mask, OutputMask(call, 9, 3));
  CONFORMANCE_RETURN_IF_ERROR(WantPresent(call, mask[1] || mask[2], 4));
  const TensorMeta weight = call.IsNone(4) ? TensorMeta() : call.tensor(4).meta();
  return Masked(mask, {x.meta(), weight, weight});
}

}  // namespace

const OpDef& NativeGroupNormBackwardOp() {
  static const OpDef op = MakeOp(
      "aten::native_group_norm_backward(Tensor grad_out, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, SymInt N, SymInt C, SymInt "
      "HxW, int group, bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
      GroupNormBackwardRule);
  return op;
}

const OpDef& NativeLayerNormBackwardOp() {
  static const OpDef op = MakeOp(
      "aten::native_layer_norm_backward(Tensor grad_out, Tensor input, SymInt[] normalized_shape, Tensor mean, Tensor rstd, Tensor? weight, "
      "Tensor? bias, bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
      LayerNormBackwardRule);
  return op;
}

}  // namespace conformance::ops
