#include "framework/ops/atan.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AtanOp() {
  static const OpDef op = MakeOp("aten::atan(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Atan(OpContext& context, const Value& x) { return context.Call(AtanOp(), {x}); }

}  // namespace conformance::ops
