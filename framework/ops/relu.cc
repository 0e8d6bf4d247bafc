#include "framework/ops/relu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ReluOp() {
  static const OpDef op = MakeOp("aten::relu(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

const OpDef& ReluInPlaceOp() {
  static const OpDef op = MakeOp("aten::relu_(Tensor(a!) self) -> Tensor(a!)", NoBoolUnaryInPlaceRule,
                                 {.pointwise = true, .in_place_of = "aten.relu.default"});
  return op;
}

Value Relu(OpContext& context, const Value& x) { return context.Call(ReluOp(), {x}); }

}  // namespace conformance::ops
