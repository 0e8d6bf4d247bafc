#include "framework/ops/logical_or.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LogicalOrOp() {
  static const OpDef op =
      MakeOp("aten::logical_or(Tensor self, Tensor other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value LogicalOr(OpContext& context, const Value& a, const Value& b) {
  return context.Call(LogicalOrOp(), {a, b});
}

}  // namespace conformance::ops
