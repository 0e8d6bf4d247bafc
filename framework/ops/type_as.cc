#include "framework/ops/type_as.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TypeAsRule(RuleCall& call) { return One(call.tensor(1).dtype(), call.tensor(0).sizes()); }

}  // namespace

const OpDef& TypeAsOp() {
  static const OpDef op =
      MakeOp("aten::type_as(Tensor self, Tensor other) -> Tensor", TypeAsRule, {.pointwise = true});
  return op;
}

Value TypeAs(OpContext& context, const Value& x, const Value& other) {
  return context.Call(TypeAsOp(), {x, other});
}

}  // namespace conformance::ops
