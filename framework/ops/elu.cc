#include "framework/ops/elu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& EluOp() {
  static const OpDef op =
      MakeOp("aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor",
             FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Elu(OpContext& context, const Value& x, double alpha) { return context.Call(EluOp(), {x, alpha}); }

}  // namespace conformance::ops
