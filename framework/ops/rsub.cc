#include "framework/ops/rsub.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RsubRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(BinaryNoBoolsRule(call).status());
  return ArithmeticRule(call);
}

}  // namespace

const OpDef& RsubTensorOp() {
  static const OpDef op = MakeOp(
      "aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
      RsubRule, {.pointwise = true});
  return op;
}

const OpDef& RsubScalarOp() {
  static const OpDef op = MakeOp(
      "aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
      RsubRule, {.pointwise = true});
  return op;
}

Value Rsub(OpContext& context, const Value& a, Scalar b, Scalar alpha) {
  return context.Call(RsubScalarOp(), {a, b.argument(), alpha.argument()});
}

}  // namespace conformance::ops
