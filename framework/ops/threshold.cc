#include "framework/ops/threshold.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ThresholdOp() {
  static const OpDef op = MakeOp("aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor",
                                 FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Threshold(OpContext& context, const Value& x, double threshold, double value) {
  return context.Call(ThresholdOp(), {x, threshold, value});
}

}  // namespace conformance::ops
