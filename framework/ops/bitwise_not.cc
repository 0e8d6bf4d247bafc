#include "framework/ops/bitwise_not.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& BitwiseNotOp() {
  static const OpDef op =
      MakeOp("aten::bitwise_not(Tensor self) -> Tensor", IntegralUnaryRule, {.pointwise = true});
  return op;
}

Value BitwiseNot(OpContext& context, const Value& x) { return context.Call(BitwiseNotOp(), {x}); }

}  // namespace conformance::ops
