#include "framework/ops/sigmoid.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SigmoidOp() {
  static const OpDef op = MakeOp("aten::sigmoid(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

const OpDef& SigmoidInPlaceOp() {
  static const OpDef op = MakeOp("aten::sigmoid_(Tensor(a!) self) -> Tensor(a!)", FloatUnaryInPlaceRule,
                                 {.pointwise = true, .in_place_of = "aten.sigmoid.default"});
  return op;
}

Value Sigmoid(OpContext& context, const Value& x) { return context.Call(SigmoidOp(), {x}); }

}  // namespace conformance::ops
