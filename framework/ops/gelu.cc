#include "framework/ops/gelu.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> GeluRule(RuleCall& call) {
  const std::string& approximate = call.string(1);
  if (approximate != "none" && approximate != "tanh") {
    return RuleInvalid(call, "approximate is '" + approximate + "', want 'none' or 'tanh'");
  }
  return FloatingUnaryRule(call);
}

}  // namespace

const OpDef& GeluOp() {
  static const OpDef op =
      MakeOp("aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor", GeluRule, {.pointwise = true});
  return op;
}

Value Gelu(OpContext& context, const Value& x, std::string_view approximate) {
  return context.Call(GeluOp(), {x, std::string(approximate)});
}

}  // namespace conformance::ops
