#include "framework/ops/hardtanh.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& HardtanhOp() {
  static const OpDef op = MakeOp("aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor",
                                 NoBoolUnaryRule, {.pointwise = true});
  return op;
}

Value Hardtanh(OpContext& context, const Value& x, double min, double max) {
  return context.Call(HardtanhOp(), {x, min, max});
}

}  // namespace conformance::ops
