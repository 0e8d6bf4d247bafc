#include "framework/ops/expm1.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Expm1Op() {
  static const OpDef op = MakeOp("aten::expm1(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Expm1(OpContext& context, const Value& x) { return context.Call(Expm1Op(), {x}); }

}  // namespace conformance::ops
