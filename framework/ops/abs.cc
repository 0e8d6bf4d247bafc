#include "framework/ops/abs.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AbsOp() {
  static const OpDef op = MakeOp("aten::abs(Tensor self) -> Tensor", MagnitudeRule, {.pointwise = true});
  return op;
}

Value Abs(OpContext& context, const Value& x) { return context.Call(AbsOp(), {x}); }

}  // namespace conformance::ops
