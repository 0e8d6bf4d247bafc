#include "framework/ops/tanh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& TanhOp() {
  static const OpDef op = MakeOp("aten::tanh(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

const OpDef& TanhInPlaceOp() {
  static const OpDef op = MakeOp("aten::tanh_(Tensor(a!) self) -> Tensor(a!)", FloatUnaryInPlaceRule,
                                 {.pointwise = true, .in_place_of = "aten.tanh.default"});
  return op;
}

Value Tanh(OpContext& context, const Value& x) { return context.Call(TanhOp(), {x}); }

}  // namespace conformance::ops
