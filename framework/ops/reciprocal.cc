#include "framework/ops/reciprocal.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ReciprocalOp() {
  static const OpDef op =
      MakeOp("aten::reciprocal(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Reciprocal(OpContext& context, const Value& x) { return context.Call(ReciprocalOp(), {x}); }

}  // namespace conformance::ops
