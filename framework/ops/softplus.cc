#include "framework/ops/softplus.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& SoftplusOp() {
  static const OpDef op = MakeOp("aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor",
                                 FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value Softplus(OpContext& context, const Value& x, double beta, double threshold) {
  return context.Call(SoftplusOp(), {x, beta, threshold});
}

}  // namespace conformance::ops
