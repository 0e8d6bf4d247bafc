#include "framework/ops/hardshrink.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& HardshrinkOp() {
  static const OpDef op = MakeOp("aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor",
                                 FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Hardshrink(OpContext& context, const Value& x, double lambda) {
  return context.Call(HardshrinkOp(), {x, lambda});
}

}  // namespace conformance::ops
