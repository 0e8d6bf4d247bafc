#include "framework/ops/detach.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& DetachOp() {
  static const OpDef op =
      MakeOp("aten::detach(Tensor(a) self) -> Tensor(a)", AnyUnaryRule, {.view = true, .no_effect = true});
  return op;
}

const OpDef& DetachInPlaceOp() {
  static const OpDef op = MakeOp("aten::detach_(Tensor(a!) self) -> Tensor(a!)", AnyUnaryRule,
                                 {.view = true, .no_effect = true, .in_place_of = "aten.detach.default"});
  return op;
}

const OpDef& LiftFreshCopyOp() {
  static const OpDef op = MakeOp("aten::lift_fresh_copy(Tensor self) -> Tensor", AnyUnaryRule);
  return op;
}

Value Detach(OpContext& context, const Value& x) { return context.Call(DetachOp(), {x}); }

}  // namespace conformance::ops
