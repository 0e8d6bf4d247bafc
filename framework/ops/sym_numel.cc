#include "framework/ops/sym_numel.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> SymNumelRule(RuleCall& call) {
  RuleResult result;
  result.sym_int = NumElements(call.tensor(0).sizes());
  return result;
}

}  // namespace

const OpDef& SymNumelOp() {
  static const OpDef op = MakeOp("aten::sym_numel(Tensor self) -> SymInt", SymNumelRule);
  return op;
}

SymInt SymNumel(OpContext& context, const Value& x) { return context.CallSymInt(SymNumelOp(), {x}); }

}  // namespace conformance::ops
