#include "framework/ops/atanh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AtanhOp() {
  static const OpDef op = MakeOp("aten::atanh(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Atanh(OpContext& context, const Value& x) { return context.Call(AtanhOp(), {x}); }

}  // namespace conformance::ops
