#include "framework/ops/glu.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> GluRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  Sizes sizes = x.sizes();
  SymInt& size = sizes[static_cast<size_t>(axis)];
  CONFORMANCE_TRY(const bool even, call.Equal(Mod(size, 2), 0, "glu: an axis of two halves"));
  if (!even) return WantShape(call, "self", x, "with an even size along axis " + std::to_string(axis));
  size = FloorDiv(size, 2);
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& GluOp() {
  static const OpDef op = MakeOp("aten::glu(Tensor self, int dim=-1) -> Tensor", GluRule);
  return op;
}

Value Glu(OpContext& context, const Value& x, int64_t axis) { return context.Call(GluOp(), {x, axis}); }

}  // namespace conformance::ops
