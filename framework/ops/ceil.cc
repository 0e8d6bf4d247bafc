#include "framework/ops/ceil.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& CeilOp() {
  static const OpDef op = MakeOp("aten::ceil(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

Value Ceil(OpContext& context, const Value& x) { return context.Call(CeilOp(), {x}); }

}  // namespace conformance::ops
