#include "framework/ops/maximum.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& MaximumOp() {
  static const OpDef op =
      MakeOp("aten::maximum(Tensor self, Tensor other) -> Tensor", BinaryRule, {.pointwise = true});
  return op;
}

Value Maximum(OpContext& context, const Value& a, const Value& b) {
  return context.Call(MaximumOp(), {a, b});
}

}  // namespace conformance::ops
