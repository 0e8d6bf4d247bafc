#include "framework/ops/fill.h"

#include "framework/ops/number_rule.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> FillRule(RuleCall& call) {
  if (call.IsTensor(1) && call.tensor(1).rank() != 0) return WantShape(call, "value", call.tensor(1), "[]");
  CONFORMANCE_RETURN_IF_ERROR(WantFits(call, 1, call.tensor(0).dtype()));
  return Same(call.tensor(0));
}

Result<RuleResult> ZeroRule(RuleCall& call) { return Same(call.tensor(0)); }

}  // namespace

const OpDef& FillScalarOp() {
  static const OpDef op =
      MakeOp("aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", FillRule, {.pointwise = true});
  return op;
}

const OpDef& FillTensorOp() {
  static const OpDef op =
      MakeOp("aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", FillRule, {.pointwise = true});
  return op;
}

const OpDef& ZeroOp() {
  static const OpDef op = MakeOp("aten::zero(Tensor self) -> Tensor", ZeroRule, {.pointwise = true});
  return op;
}

Value Fill(OpContext& context, const Value& x, Scalar value) {
  return context.Call(FillScalarOp(), {x, value.argument()});
}

}  // namespace conformance::ops
