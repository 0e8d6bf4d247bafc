#include "framework/ops/rsqrt.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& RsqrtOp() {
  static const OpDef op = MakeOp("aten::rsqrt(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Rsqrt(OpContext& context, const Value& x) { return context.Call(RsqrtOp(), {x}); }

}  // namespace conformance::ops
