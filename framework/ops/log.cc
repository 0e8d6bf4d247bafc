#include "framework/ops/log.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LogOp() {
  static const OpDef op = MakeOp("aten::log(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Log(OpContext& context, const Value& x) { return context.Call(LogOp(), {x}); }

}  // namespace conformance::ops
