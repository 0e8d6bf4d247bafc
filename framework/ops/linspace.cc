#include "framework/ops/linspace.h"

#include <string>

#include "framework/ops/factory_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> LinspaceRule(RuleCall& call) {
  const int64_t steps = call.int_value(2);
  const DType dtype = call.dtype(3).value_or(DType::kF32);
  if (dtype == DType::kBool) return TypeError(std::string(call.op()) + ": dtype is bool, want an integer or a float");
  const std::vector<SymInt> sizes = {SymInt(steps)};
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, sizes));
  return One(dtype, sizes);
}

}  // namespace

const OpDef& LinspaceOp() {
  static const OpDef op = MakeOp(
      "aten::linspace(Scalar start, Scalar end, int steps, *, ScalarType? dtype=None, Layout? "
      "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
      LinspaceRule);
  return op;
}

Value Linspace(OpContext& context, Scalar start, Scalar end, int64_t steps, DType dtype) {
  return context.Call(LinspaceOp(), {start.argument(), end.argument(), SymInt(steps), dtype});
}

}  // namespace conformance::ops
