#include "framework/ops/nan_to_num.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& NanToNumOp() {
  static const OpDef op = MakeOp(
      "aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor",
      AnyUnaryRule, {.pointwise = true});
  return op;
}

Value NanToNum(OpContext& context, const Value& x) { return context.Call(NanToNumOp(), {x}); }

}  // namespace conformance::ops
