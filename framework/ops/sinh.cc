#include "framework/ops/sinh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SinhOp() {
  static const OpDef op = MakeOp("aten::sinh(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Sinh(OpContext& context, const Value& x) { return context.Call(SinhOp(), {x}); }

}  // namespace conformance::ops
