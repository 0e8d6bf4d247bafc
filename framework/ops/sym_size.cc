#include "framework/ops/sym_size.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> SymSizeRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  RuleResult result;
  result.sym_int = x.sizes()[axis];
  return result;
}

}  // namespace

const OpDef& SymSizeOp() {
  static const OpDef op = MakeOp("aten::sym_size.int(Tensor self, int dim) -> SymInt", SymSizeRule);
  return op;
}

SymInt SymSize(OpContext& context, const Value& x, int64_t axis) {
  return context.CallSymInt(SymSizeOp(), {x, axis});
}

}  // namespace conformance::ops
