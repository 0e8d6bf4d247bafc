#include "framework/ops/triu.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TriuRule(RuleCall& call) {
  if (call.tensor(0).rank() < 2) return WantShape(call, "self", call.tensor(0), "[..., m, n]");
  return Same(call.tensor(0));
}

}  // namespace

const OpDef& TriuOp() {
  static const OpDef op = MakeOp("aten::triu(Tensor self, SymInt diagonal=0) -> Tensor", TriuRule);
  return op;
}

Value Triu(OpContext& context, const Value& x, SymInt diagonal) {
  return context.Call(TriuOp(), {x, diagonal});
}

}  // namespace conformance::ops
