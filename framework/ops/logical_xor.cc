#include "framework/ops/logical_xor.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LogicalXorOp() {
  static const OpDef op =
      MakeOp("aten::logical_xor(Tensor self, Tensor other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value LogicalXor(OpContext& context, const Value& a, const Value& b) {
  return context.Call(LogicalXorOp(), {a, b});
}

}  // namespace conformance::ops
