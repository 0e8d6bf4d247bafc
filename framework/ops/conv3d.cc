#include "framework/ops/conv3d.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& Conv3dOp() {
  static const OpDef op = MakeOp(
      "aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] "
      "padding=[0, 0, 0], SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor",
      Conv3dRule, {.reduction_arg = 1});
  return op;
}

const OpDef& Conv3dPaddingOp() {
  static const OpDef op = MakeOp(
      "aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=[1, 1, 1], str "
      "padding=\"valid\", SymInt[3] dilation=[1, 1, 1], SymInt groups=1) -> Tensor",
      Conv3dRule, {.reduction_arg = 1});
  return op;
}

Value Conv3d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
             std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
             int64_t groups) {
  return context.Call(Conv3dOp(),
                      {x, weight, bias, ToSymInts(stride), ToSymInts(padding), ToSymInts(dilation), groups});
}

}  // namespace conformance::ops
