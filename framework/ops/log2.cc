#include "framework/ops/log2.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Log2Op() {
  static const OpDef op = MakeOp("aten::log2(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Log2(OpContext& context, const Value& x) { return context.Call(Log2Op(), {x}); }

}  // namespace conformance::ops
