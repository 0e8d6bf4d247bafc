#include "framework/ops/asinh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AsinhOp() {
  static const OpDef op = MakeOp("aten::asinh(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Asinh(OpContext& context, const Value& x) { return context.Call(AsinhOp(), {x}); }

}  // namespace conformance::ops
