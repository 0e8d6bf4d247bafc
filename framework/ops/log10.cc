#include "framework/ops/log10.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& Log10Op() {
  static const OpDef op = MakeOp("aten::log10(Tensor self) -> Tensor", FloatUnaryRule, {.pointwise = true});
  return op;
}

Value Log10(OpContext& context, const Value& x) { return context.Call(Log10Op(), {x}); }

}  // namespace conformance::ops
