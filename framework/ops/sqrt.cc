#include "framework/ops/sqrt.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SqrtOp() {
  static const OpDef op = MakeOp("aten::sqrt(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Sqrt(OpContext& context, const Value& x) { return context.Call(SqrtOp(), {x}); }

}  // namespace conformance::ops
