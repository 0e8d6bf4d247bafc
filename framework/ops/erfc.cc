#include "framework/ops/erfc.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ErfcOp() {
  static const OpDef op = MakeOp("aten::erfc(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Erfc(OpContext& context, const Value& x) { return context.Call(ErfcOp(), {x}); }

}  // namespace conformance::ops
