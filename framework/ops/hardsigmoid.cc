#include "framework/ops/hardsigmoid.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& HardsigmoidOp() {
  static const OpDef op =
      MakeOp("aten::hardsigmoid(Tensor self) -> Tensor", FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Hardsigmoid(OpContext& context, const Value& x) { return context.Call(HardsigmoidOp(), {x}); }

}  // namespace conformance::ops
