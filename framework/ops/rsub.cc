#include "framework/ops/rsub.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& RsubTensorOp() {
  static const OpDef op = MakeOp("aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
                                 SubtractRule, {.pointwise = true});
  return op;
}

const OpDef& RsubScalarOp() {
  static const OpDef op = MakeOp("aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
                                 SubtractRule, {.pointwise = true});
  return op;
}

Value Rsub(OpContext& context, const Value& a, Scalar b, Scalar alpha) {
  return context.Call(RsubScalarOp(), {a, b.argument(), alpha.argument()});
}

}  // namespace conformance::ops
