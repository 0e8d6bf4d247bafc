#include "framework/ops/max_pool2d.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& MaxPool2dOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, "
      "int[2] dilation=1, bool ceil_mode=False) -> Tensor",
      MaxPool2dRule);
  return op;
}

Value MaxPool2d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
                bool ceil_mode) {
  return context.Call(MaxPool2dOp(), {x, ToSymInts(kernel_size), ToSymInts(stride), ToSymInts(padding),
                                      ToSymInts(dilation), ceil_mode});
}

}  // namespace conformance::ops
