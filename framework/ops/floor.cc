#include "framework/ops/floor.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& FloorOp() {
  static const OpDef op = MakeOp("aten::floor(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

Value Floor(OpContext& context, const Value& x) { return context.Call(FloorOp(), {x}); }

}  // namespace conformance::ops
