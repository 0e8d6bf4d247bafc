#include "framework/ops/sign.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SignOp() {
  static const OpDef op = MakeOp("aten::sign(Tensor self) -> Tensor", AnyUnaryRule, {.pointwise = true});
  return op;
}

Value Sign(OpContext& context, const Value& x) { return context.Call(SignOp(), {x}); }

}  // namespace conformance::ops
