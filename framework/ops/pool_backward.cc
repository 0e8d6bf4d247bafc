#include "framework/ops/pool_backward.h"

#include "framework/ops/adaptive_avg_pool2d.h"
#include "framework/ops/avg_pool.h"
#include "framework/ops/gradient_rule.h"
#include "framework/ops/max_pool.h"

namespace conformance::ops {
namespace {

// Arguments from `self` on are those of the pooling.
Result<RuleResult> BackwardRule(RuleCall& call, const OpDef& pooling) {
  std::vector<Argument> args;
  for (size_t i = 1; i <= pooling.args.size(); ++i) args.push_back(call.arg(i));
  CONFORMANCE_TRY(const RuleResult pooled, call.Ask(pooling, args));
  CONFORMANCE_RETURN_IF_ERROR(WantGradient(call, call.tensor(1).dtype(), pooled.tensors[0].sizes));
  return Same(call.tensor(1));
}

Result<RuleResult> AvgPoolBackwardRule(RuleCall& call) { return BackwardRule(call, AvgPool2dOp()); }

Result<RuleResult> MaxPoolBackwardRule(RuleCall& call) {
  const Value &gradient = call.tensor(0), &x = call.tensor(1), &indices = call.tensor(7);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  CONFORMANCE_TRY(RuleResult result, BackwardRule(call, MaxPool2dWithIndicesOp()));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "indices", indices, DType::kI64));
  CONFORMANCE_TRY(const bool fits, EqualShapes(call, indices.sizes(), gradient.sizes(), "max_pool2d: indices for each element"));
  if (!fits) return WantShape(call, "indices", indices, SizesText(gradient.sizes()));
  return result;
}

Result<RuleResult> AdaptiveBackwardRule(RuleCall& call) {
  const Value &gradient = call.tensor(0), &x = call.tensor(1);
  if (gradient.rank() != x.rank() || x.rank() < 3) return WantShape(call, "grad_output", gradient, "of three or four axes, as many as self");
  for (size_t i = x.sizes().size() - 3; i < x.sizes().size(); ++i) {
    CONFORMANCE_TRY(const bool some, call.Holds(Gt(gradient.sizes()[i], 0), "adaptive pooling: something was pooled"));
    if (!some) return WantShape(call, "grad_output", gradient, "without empty axes but the first of a batch");
  }
  const Sizes places(gradient.sizes().end() - 2, gradient.sizes().end());
  const std::vector<Argument> args = {x, places};
  CONFORMANCE_TRY(const RuleResult pooled, call.Ask(AdaptiveAvgPool2dOp(), args));
  CONFORMANCE_RETURN_IF_ERROR(WantGradient(call, x.dtype(), pooled.tensors[0].sizes));
  return Same(x);
}

}  // namespace

const OpDef& AdaptiveAvgPool2dBackwardOp() {
  static const OpDef op = MakeOp("aten::_adaptive_avg_pool2d_backward(Tensor grad_output, Tensor self) -> Tensor", AdaptiveBackwardRule);
  return op;
}

const OpDef& AvgPool2dBackwardOp() {
  static const OpDef op = MakeOp(
      "aten::avg_pool2d_backward(Tensor grad_output, Tensor self, int[2] kernel_size, int[2] stride, int[2] padding, bool ceil_mode, bool "
      "count_include_pad, int? divisor_override) -> Tensor",
      AvgPoolBackwardRule);
  return op;
}

const OpDef& MaxPool2dWithIndicesBackwardOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, int[2] kernel_size, int[2] stride, int[2] padding, int[2] "
      "dilation, bool ceil_mode, Tensor indices) -> Tensor",
      MaxPoolBackwardRule);
  return op;
}

}  // namespace conformance::ops
