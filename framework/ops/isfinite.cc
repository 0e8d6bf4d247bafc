#include "framework/ops/isfinite.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& IsfiniteOp() {
  static const OpDef op = MakeOp("aten::isfinite(Tensor self) -> Tensor", TestUnaryRule, {.pointwise = true});
  return op;
}

Value Isfinite(OpContext& context, const Value& x) { return context.Call(IsfiniteOp(), {x}); }

}  // namespace conformance::ops
