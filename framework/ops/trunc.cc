#include "framework/ops/trunc.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& TruncOp() {
  static const OpDef op = MakeOp("aten::trunc(Tensor self) -> Tensor", NoBoolUnaryRule, {.pointwise = true});
  return op;
}

Value Trunc(OpContext& context, const Value& x) { return context.Call(TruncOp(), {x}); }

}  // namespace conformance::ops
