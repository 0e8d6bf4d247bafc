#include "framework/ops/asin.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AsinOp() {
  static const OpDef op = MakeOp("aten::asin(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Asin(OpContext& context, const Value& x) { return context.Call(AsinOp(), {x}); }

}  // namespace conformance::ops
