#include "framework/ops/exp.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ExpOp() {
  static const OpDef op = MakeOp("aten::exp(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

const OpDef& ExpInPlaceOp() {
  static const OpDef op = MakeOp("aten::exp_(Tensor(a!) self) -> Tensor(a!)", FloatUnaryInPlaceRule,
                                 {.pointwise = true, .in_place_of = "aten.exp.default"});
  return op;
}

Value Exp(OpContext& context, const Value& x) { return context.Call(ExpOp(), {x}); }

}  // namespace conformance::ops
