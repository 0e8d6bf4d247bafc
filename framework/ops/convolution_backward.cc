#include "framework/ops/convolution_backward.h"

#include "framework/ops/convolution.h"
#include "framework/ops/gradient_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ConvolutionBackwardRule(RuleCall& call) {
  const Value &x = call.tensor(1), &weight = call.tensor(2);
  std::vector<Argument> args = {x, weight, NoneType{}};
  for (size_t i = 4; i <= 9; ++i) args.push_back(call.arg(i));
  CONFORMANCE_TRY(const RuleResult forward, call.Ask(ConvolutionOp(), args));
  CONFORMANCE_RETURN_IF_ERROR(WantGradient(call, x.dtype(), forward.tensors[0].sizes));
  CONFORMANCE_TRY(const std::vector<bool> mask, OutputMask(call, 10, 3));
  return Masked(mask, {x.meta(), weight.meta(), {x.dtype(), {forward.tensors[0].sizes[1]}}});
}

}  // namespace

const OpDef& ConvolutionBackwardOp() {
  static const OpDef op = MakeOp(
      "aten::convolution_backward(Tensor grad_output, Tensor input, Tensor weight, SymInt[]? bias_sizes, SymInt[] stride, SymInt[] padding, "
      "SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups, bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
      ConvolutionBackwardRule);
  return op;
}

}  // namespace conformance::ops
