#include "framework/ops/dropout.h"

#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> DropoutRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantProbability(call, 1, "p"));
  if (call.boolean(2)) CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", call.tensor(0)));
  return Same(call.tensor(0));
}

Result<RuleResult> NativeDropoutRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantProbability(call, 1, "p"));
  if (call.IsNone(2) || call.boolean(2)) CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", call.tensor(0)));
  RuleResult result = Same(call.tensor(0));
  result.tensors.push_back({DType::kBool, call.tensor(0).sizes()});
  return result;
}

}  // namespace

const OpDef& DropoutOp() {
  static const OpDef op =
      MakeOp("aten::dropout(Tensor input, float p, bool train) -> Tensor", DropoutRule, kDraws);
  return op;
}

const OpDef& NativeDropoutOp() {
  static const OpDef op =
      MakeOp("aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)",
             NativeDropoutRule, kDraws);
  return op;
}

Value Dropout(OpContext& context, const Value& x, double p, bool train) {
  return context.Call(DropoutOp(), {x, p, train});
}

}  // namespace conformance::ops
