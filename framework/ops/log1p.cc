#include "framework/ops/log1p.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Log1pOp() {
  static const OpDef op = MakeOp("aten::log1p(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Log1p(OpContext& context, const Value& x) { return context.Call(Log1pOp(), {x}); }

}  // namespace conformance::ops
