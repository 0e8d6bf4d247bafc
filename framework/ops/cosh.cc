#include "framework/ops/cosh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& CoshOp() {
  static const OpDef op = MakeOp("aten::cosh(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Cosh(OpContext& context, const Value& x) { return context.Call(CoshOp(), {x}); }

}  // namespace conformance::ops
