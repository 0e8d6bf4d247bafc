#include "framework/ops/sin.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SinOp() {
  static const OpDef op = MakeOp("aten::sin(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Sin(OpContext& context, const Value& x) { return context.Call(SinOp(), {x}); }

}  // namespace conformance::ops
