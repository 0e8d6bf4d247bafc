#include "framework/ops/acosh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AcoshOp() {
  static const OpDef op = MakeOp("aten::acosh(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Acosh(OpContext& context, const Value& x) { return context.Call(AcoshOp(), {x}); }

}  // namespace conformance::ops
