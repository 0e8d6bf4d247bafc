#include "framework/ops/tan.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& TanOp() {
  static const OpDef op = MakeOp("aten::tan(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Tan(OpContext& context, const Value& x) { return context.Call(TanOp(), {x}); }

}  // namespace conformance::ops
