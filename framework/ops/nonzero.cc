#include "framework/ops/nonzero.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> NonzeroRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  return One(DType::kI64, {call.Unbacked("nonzero of " + Describe(x.meta())), x.rank()});
}

}  // namespace

const OpDef& NonzeroOp() {
  static const OpDef op = MakeOp("aten::nonzero(Tensor self) -> Tensor", NonzeroRule);
  return op;
}

Value Nonzero(OpContext& context, const Value& x) { return context.Call(NonzeroOp(), {x}); }

}  // namespace conformance::ops
