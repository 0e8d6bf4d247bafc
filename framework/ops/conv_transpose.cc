#include "framework/ops/conv_transpose.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& ConvTranspose1dOp() {
  static const OpDef op = MakeOp(
      "aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, SymInt[1] "
      "padding=0, SymInt[1] output_padding=0, SymInt groups=1, SymInt[1] dilation=1) -> Tensor",
      ConvTranspose1dRule, {.reduction_arg = 1});
  return op;
}

const OpDef& ConvTranspose2dOp() {
  static const OpDef op = MakeOp(
      "aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, "
      "SymInt[2] padding=0, SymInt[2] output_padding=0, SymInt groups=1, SymInt[2] dilation=1) -> Tensor",
      ConvTranspose2dRule, {.reduction_arg = 1});
  return op;
}

const OpDef& ConvTranspose3dOp() {
  static const OpDef op = MakeOp(
      "aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=1, "
      "SymInt[3] padding=0, SymInt[3] output_padding=0, SymInt groups=1, SymInt[3] dilation=1) -> Tensor",
      ConvTranspose3dRule, {.reduction_arg = 1});
  return op;
}

Value ConvTranspose1d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                      std::vector<int64_t> stride, std::vector<int64_t> padding,
                      std::vector<int64_t> output_padding, int64_t groups, std::vector<int64_t> dilation) {
  return context.Call(ConvTranspose1dOp(), {x, weight, bias, ToSymInts(stride), ToSymInts(padding),
                                            ToSymInts(output_padding), groups, ToSymInts(dilation)});
}
Value ConvTranspose2d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                      std::vector<int64_t> stride, std::vector<int64_t> padding,
                      std::vector<int64_t> output_padding, int64_t groups, std::vector<int64_t> dilation) {
  return context.Call(ConvTranspose2dOp(), {x, weight, bias, ToSymInts(stride), ToSymInts(padding),
                                            ToSymInts(output_padding), groups, ToSymInts(dilation)});
}
Value ConvTranspose3d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                      std::vector<int64_t> stride, std::vector<int64_t> padding,
                      std::vector<int64_t> output_padding, int64_t groups, std::vector<int64_t> dilation) {
  return context.Call(ConvTranspose3dOp(), {x, weight, bias, ToSymInts(stride), ToSymInts(padding),
                                            ToSymInts(output_padding), groups, ToSymInts(dilation)});
}

}  // namespace conformance::ops
