#include "framework/ops/round.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& RoundOp() {
  static const OpDef op = MakeOp("aten::round(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

Value Round(OpContext& context, const Value& x) { return context.Call(RoundOp(), {x}); }

}  // namespace conformance::ops
