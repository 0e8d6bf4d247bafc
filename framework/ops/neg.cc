#include "framework/ops/neg.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& NegOp() {
  static const OpDef op = MakeOp("aten::neg(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

const OpDef& NegInPlaceOp() {
  static const OpDef op = MakeOp("aten::neg_(Tensor(a!) self) -> Tensor(a!)", NoBoolUnaryInPlaceRule,
                                 {.pointwise = true, .in_place_of = "aten.neg.default"});
  return op;
}

Value Neg(OpContext& context, const Value& x) { return context.Call(NegOp(), {x}); }

}  // namespace conformance::ops
