#include "framework/ops/logical_and.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LogicalAndOp() {
  static const OpDef op =
      MakeOp("aten::logical_and(Tensor self, Tensor other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value LogicalAnd(OpContext& context, const Value& a, const Value& b) {
  return context.Call(LogicalAndOp(), {a, b});
}

}  // namespace conformance::ops
