#include "framework/ops/tril.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TrilRule(RuleCall& call) {
  if (call.tensor(0).rank() < 2) return WantShape(call, "self", call.tensor(0), "[..., m, n]");
  return Same(call.tensor(0));
}

}  // namespace

const OpDef& TrilOp() {
  static const OpDef op = MakeOp("aten::tril(Tensor self, SymInt diagonal=0) -> Tensor", TrilRule);
  return op;
}

Value Tril(OpContext& context, const Value& x, SymInt diagonal) {
  return context.Call(TrilOp(), {x, diagonal});
}

}  // namespace conformance::ops
