#include "framework/ops/dropout.h"

#include "framework/base/strings.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> DropoutRule(RuleCall& call) {
  const double p = call.number(1);
  if (!(p >= 0 && p <= 1)) return RuleInvalid(call, "p is " + DoubleText(p) + ", want one in [0, 1]");
  if (call.boolean(2)) CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", call.tensor(0)));
  return Same(call.tensor(0));
}

Result<RuleResult> NativeDropoutRule(RuleCall& call) {
  if (call.IsNone(2) || call.boolean(2))
    return Unsupported(std::string(call.op()) +
                       ": train is True, which drops elements at random; want False");
  RuleResult result = Same(call.tensor(0));
  result.tensors.push_back({DType::kBool, call.tensor(0).sizes()});
  return result;
}

}  // namespace

const OpDef& DropoutOp() {
  static const OpDef op =
      MakeOp("aten::dropout(Tensor input, float p, bool train) -> Tensor", DropoutRule, {.random = true});
  return op;
}

const OpDef& NativeDropoutOp() {
  static const OpDef op =
      MakeOp("aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)",
             NativeDropoutRule, {.random = true});
  return op;
}

Value Dropout(OpContext& context, const Value& x, double p, bool train) {
  return context.Call(DropoutOp(), {x, p, train});
}

}  // namespace conformance::ops
