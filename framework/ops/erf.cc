#include "framework/ops/erf.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ErfOp() {
  static const OpDef op = MakeOp("aten::erf(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Erf(OpContext& context, const Value& x) { return context.Call(ErfOp(), {x}); }

}  // namespace conformance::ops
