#include "framework/ops/adaptive_pool.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& AdaptiveAvgPool1dOp() {
  static const OpDef op =
      MakeOp("aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor", AdaptiveAvgPool1dRule);
  return op;
}

const OpDef& AdaptiveAvgPool3dOp() {
  static const OpDef op = MakeOp("aten::adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
                                 AdaptiveAvgPool3dRule);
  return op;
}

const OpDef& AdaptiveAvgPool2dInnerOp() {
  static const OpDef op = MakeOp("aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
                                 AdaptiveAvgPool2dRule);
  return op;
}

const OpDef& AdaptiveAvgPool3dInnerOp() {
  static const OpDef op = MakeOp("aten::_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
                                 AdaptiveAvgPool3dRule);
  return op;
}

const OpDef& AdaptiveMaxPool1dOp() {
  static const OpDef op =
      MakeOp("aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)",
             AdaptiveMaxPool1dRule);
  return op;
}

const OpDef& AdaptiveMaxPool2dOp() {
  static const OpDef op =
      MakeOp("aten::adaptive_max_pool2d(Tensor self, SymInt[2] output_size) -> (Tensor, Tensor)",
             AdaptiveMaxPool2dRule);
  return op;
}

Value AdaptiveAvgPool1d(OpContext& context, const Value& x, int64_t output_size) {
  return context.Call(AdaptiveAvgPool1dOp(), {x, std::vector<SymInt>{output_size}});
}

}  // namespace conformance::ops
