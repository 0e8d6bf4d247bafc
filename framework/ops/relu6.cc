#include "framework/ops/relu6.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Relu6Op() {
  static const OpDef op = MakeOp("aten::relu6(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

Value Relu6(OpContext& context, const Value& x) { return context.Call(Relu6Op(), {x}); }

}  // namespace conformance::ops
