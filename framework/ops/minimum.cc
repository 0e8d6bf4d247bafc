#include "framework/ops/minimum.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& MinimumOp() {
  static const OpDef op =
      MakeOp("aten::minimum(Tensor self, Tensor other) -> Tensor", BinaryRule, {.pointwise = true});
  return op;
}

Value Minimum(OpContext& context, const Value& a, const Value& b) {
  return context.Call(MinimumOp(), {a, b});
}

}  // namespace conformance::ops
