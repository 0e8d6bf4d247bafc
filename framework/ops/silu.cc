#include "framework/ops/silu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SiluOp() {
  static const OpDef op = MakeOp("aten::silu(Tensor self) -> Tensor", FloatingUnaryRule, {.pointwise = true});
  return op;
}

const OpDef& SiluInPlaceOp() {
  static const OpDef op = MakeOp("aten::silu_(Tensor(a!) self) -> Tensor(a!)", FloatingUnaryInPlaceRule,
                                 {.pointwise = true, .in_place_of = "aten.silu.default"});
  return op;
}

Value Silu(OpContext& context, const Value& x) { return context.Call(SiluOp(), {x}); }

}  // namespace conformance::ops
