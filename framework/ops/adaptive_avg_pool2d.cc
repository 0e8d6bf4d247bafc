#include "framework/ops/adaptive_avg_pool2d.h"

#include "framework/ops/window_rule.h"

namespace conformance::ops {

const OpDef& AdaptiveAvgPool2dOp() {
  static const OpDef op = MakeOp("aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
                                 AdaptiveAvgPool2dRule);
  return op;
}

Value AdaptiveAvgPool2d(OpContext& context, const Value& x, std::vector<SymInt> output_size) {
  return context.Call(AdaptiveAvgPool2dOp(), {x, std::move(output_size)});
}

}  // namespace conformance::ops
