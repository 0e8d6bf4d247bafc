#include "framework/ops/selu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SeluOp() {
  static const OpDef op = MakeOp("aten::selu(Tensor self) -> Tensor", FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Selu(OpContext& context, const Value& x) { return context.Call(SeluOp(), {x}); }

}  // namespace conformance::ops
