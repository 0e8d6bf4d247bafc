#include "framework/ops/cos.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& CosOp() {
  static const OpDef op = MakeOp("aten::cos(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Cos(OpContext& context, const Value& x) { return context.Call(CosOp(), {x}); }

}  // namespace conformance::ops
