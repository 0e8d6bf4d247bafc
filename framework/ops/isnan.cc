#include "framework/ops/isnan.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& IsnanOp() {
  static const OpDef op = MakeOp("aten::isnan(Tensor self) -> Tensor", TestUnaryRule, {.pointwise = true});
  return op;
}

Value Isnan(OpContext& context, const Value& x) { return context.Call(IsnanOp(), {x}); }

}  // namespace conformance::ops
