#include "framework/ops/isinf.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& IsinfOp() {
  static const OpDef op = MakeOp("aten::isinf(Tensor self) -> Tensor", TestUnaryRule, {.pointwise = true});
  return op;
}

Value Isinf(OpContext& context, const Value& x) { return context.Call(IsinfOp(), {x}); }

}  // namespace conformance::ops
