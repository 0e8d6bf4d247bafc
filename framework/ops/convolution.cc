#include "framework/ops/convolution.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& ConvolutionOp() {
  static const OpDef op = MakeOp(
      "aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, "
      "SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups) -> Tensor",
      ConvolutionRule, {.reduction_arg = 1});
  return op;
}

Value Convolution(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                  std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
                  bool transposed, std::vector<int64_t> output_padding, int64_t groups) {
  return context.Call(ConvolutionOp(), {x, weight, bias, ToSymInts(stride), ToSymInts(padding),
                                        ToSymInts(dilation), transposed, ToSymInts(output_padding), groups});
}

}  // namespace conformance::ops
