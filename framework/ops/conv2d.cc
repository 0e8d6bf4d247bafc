#include "framework/ops/conv2d.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& Conv2dOp() {
  static const OpDef op = MakeOp(
      "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, 1], "
      "SymInt[2] padding=[0, 0], SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor",
      Conv2dRule, {.reduction_arg = 1});
  return op;
}

const OpDef& Conv2dPaddingOp() {
  static const OpDef op = MakeOp(
      "aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=[1, "
      "1], str padding=\"valid\", SymInt[2] dilation=[1, 1], SymInt groups=1) -> Tensor",
      Conv2dRule, {.reduction_arg = 1});
  return op;
}

Value Conv2d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
             std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
             int64_t groups) {
  return context.Call(Conv2dOp(),
                      {x, weight, bias, ToSymInts(stride), ToSymInts(padding), ToSymInts(dilation), groups});
}

}  // namespace conformance::ops
