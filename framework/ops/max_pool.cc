#include "framework/ops/max_pool.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& MaxPool1dOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] "
      "dilation=1, bool ceil_mode=False) -> Tensor",
      MaxPool1dRule);
  return op;
}

const OpDef& MaxPool3dOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] "
      "dilation=1, bool ceil_mode=False) -> Tensor",
      MaxPool3dRule);
  return op;
}

const OpDef& MaxPool1dWithIndicesOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, "
      "int[1] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
      MaxPool1dPositionsRule);
  return op;
}

const OpDef& MaxPool2dWithIndicesOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, "
      "int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
      MaxPool2dPositionsRule);
  return op;
}

const OpDef& MaxPool3dWithIndicesOp() {
  static const OpDef op = MakeOp(
      "aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, "
      "int[3] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
      MaxPool3dPositionsRule);
  return op;
}

Value MaxPool1d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding) {
  return context.Call(MaxPool1dOp(), {x, ToSymInts(kernel_size), ToSymInts(stride), ToSymInts(padding)});
}
Value MaxPool3d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding) {
  return context.Call(MaxPool3dOp(), {x, ToSymInts(kernel_size), ToSymInts(stride), ToSymInts(padding)});
}

}  // namespace conformance::ops
