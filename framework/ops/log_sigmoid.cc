#include "framework/ops/log_sigmoid.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LogSigmoidOp() {
  static const OpDef op =
      MakeOp("aten::log_sigmoid(Tensor self) -> Tensor", FloatingUnaryRule, {.pointwise = true});
  return op;
}

Value LogSigmoid(OpContext& context, const Value& x) { return context.Call(LogSigmoidOp(), {x}); }

}  // namespace conformance::ops
