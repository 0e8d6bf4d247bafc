#include "framework/ops/mish.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& MishOp() {
  static const OpDef op = MakeOp("aten::mish(Tensor self) -> Tensor", FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Mish(OpContext& context, const Value& x) { return context.Call(MishOp(), {x}); }

}  // namespace conformance::ops
