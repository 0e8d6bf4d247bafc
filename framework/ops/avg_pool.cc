#include "framework/ops/avg_pool.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& AvgPool1dOp() {
  static const OpDef op = MakeOp(
      "aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, bool "
      "ceil_mode=False, bool count_include_pad=True) -> Tensor",
      AvgPool1dRule);
  return op;
}

const OpDef& AvgPool2dOp() {
  static const OpDef op = MakeOp(
      "aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool "
      "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor",
      AvgPool2dRule);
  return op;
}

const OpDef& AvgPool3dOp() {
  static const OpDef op = MakeOp(
      "aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool "
      "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor",
      AvgPool3dRule);
  return op;
}

Value AvgPool1d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding) {
  return context.Call(AvgPool1dOp(), {x, ToSymInts(kernel_size), ToSymInts(stride), ToSymInts(padding)});
}
Value AvgPool2d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding) {
  return context.Call(AvgPool2dOp(), {x, ToSymInts(kernel_size), ToSymInts(stride), ToSymInts(padding)});
}
Value AvgPool3d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding) {
  return context.Call(AvgPool3dOp(), {x, ToSymInts(kernel_size), ToSymInts(stride), ToSymInts(padding)});
}

}  // namespace conformance::ops
