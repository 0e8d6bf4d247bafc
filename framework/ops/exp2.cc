#include "framework/ops/exp2.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Exp2Op() {
  static const OpDef op = MakeOp("aten::exp2(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Exp2(OpContext& context, const Value& x) { return context.Call(Exp2Op(), {x}); }

}  // namespace conformance::ops
