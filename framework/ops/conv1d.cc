#include "framework/ops/conv1d.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& Conv1dOp() {
  static const OpDef op = MakeOp(
      "aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], "
      "SymInt[1] padding=[0], SymInt[1] dilation=[1], SymInt groups=1) -> Tensor",
      Conv1dRule, {.reduction_arg = 1});
  return op;
}

const OpDef& Conv1dPaddingOp() {
  static const OpDef op = MakeOp(
      "aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=[1], "
      "str padding=\"valid\", SymInt[1] dilation=[1], SymInt groups=1) -> Tensor",
      Conv1dRule, {.reduction_arg = 1});
  return op;
}

Value Conv1d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
             std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
             int64_t groups) {
  return context.Call(Conv1dOp(),
                      {x, weight, bias, ToSymInts(stride), ToSymInts(padding), ToSymInts(dilation), groups});
}

}  // namespace conformance::ops
