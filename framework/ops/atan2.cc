#include "framework/ops/atan2.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Atan2Op() {
  static const OpDef op =
      MakeOp("aten::atan2(Tensor self, Tensor other) -> Tensor", DivideRule, {.pointwise = true});
  return op;
}

Value Atan2(OpContext& context, const Value& a, const Value& b) { return context.Call(Atan2Op(), {a, b}); }

}  // namespace conformance::ops
