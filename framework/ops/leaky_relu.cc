#include "framework/ops/leaky_relu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LeakyReluOp() {
  static const OpDef op = MakeOp("aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor",
                                 FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value LeakyRelu(OpContext& context, const Value& x, double slope) {
  return context.Call(LeakyReluOp(), {x, slope});
}

}  // namespace conformance::ops
