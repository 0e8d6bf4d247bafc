#include "framework/ops/hardswish.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& HardswishOp() {
  static const OpDef op =
      MakeOp("aten::hardswish(Tensor self) -> Tensor", FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Hardswish(OpContext& context, const Value& x) { return context.Call(HardswishOp(), {x}); }

}  // namespace conformance::ops
