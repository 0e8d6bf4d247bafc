#include "framework/ops/acos.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AcosOp() {
  static const OpDef op = MakeOp("aten::acos(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Acos(OpContext& context, const Value& x) { return context.Call(AcosOp(), {x}); }

}  // namespace conformance::ops
