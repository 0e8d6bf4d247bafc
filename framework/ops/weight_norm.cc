#include "framework/ops/weight_norm.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> WeightNormRule(RuleCall& call) {
  const Value &v = call.tensor(0), &g = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "v", v));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "g", g, v.dtype()));
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, v));
  Sizes wanted(static_cast<size_t>(v.rank()), 1);
  if (!wanted.empty()) wanted[axis] = v.sizes()[axis];
  CONFORMANCE_TRY(const bool fits, EqualShapes(call, g.sizes(), wanted,
                                               "weight_norm: one factor for each position of the axis"));
  if (!fits) return WantShape(call, "g", g, SizesText(wanted));
  return Same(v);
}

}  // namespace

const OpDef& WeightNormOp() {
  static const OpDef op = MakeOp("aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor",
                                 WeightNormRule, {.reduction_arg = 0});
  return op;
}

Value WeightNorm(OpContext& context, const Value& v, const Value& g, int64_t axis) {
  return context.Call(WeightNormOp(), {v, g, axis});
}

}  // namespace conformance::ops
