#include "framework/ops/logical_not.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LogicalNotOp() {
  static const OpDef op =
      MakeOp("aten::logical_not(Tensor self) -> Tensor", TestUnaryRule, {.pointwise = true});
  return op;
}

Value LogicalNot(OpContext& context, const Value& x) { return context.Call(LogicalNotOp(), {x}); }

}  // namespace conformance::ops
