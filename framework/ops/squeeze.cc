#include "framework/ops/squeeze.h"

#include <numeric>

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

// Drops the axes of size 1 among `axes` (ascending).
Result<RuleResult> Squeezed(RuleCall& call, const std::vector<int64_t>& axes) {
  const Value& x = call.tensor(0);
  Sizes sizes;
  size_t next = 0;
  for (int64_t i = 0; i < x.rank(); ++i) {
    const bool asked = next < axes.size() && axes[next] == i;
    if (asked) ++next;
    bool drop = false;
    if (asked) {
      CONFORMANCE_TRY(drop, call.Equal(x.sizes()[i], 1, "squeeze: an axis of size 1"));
    }
    if (!drop) sizes.push_back(x.sizes()[i]);
  }
  return One(x.dtype(), std::move(sizes));
}

Result<RuleResult> SqueezeRule(RuleCall& call) {
  std::vector<int64_t> axes(static_cast<size_t>(call.tensor(0).rank()));
  std::iota(axes.begin(), axes.end(), 0);
  return Squeezed(call, axes);
}

Result<RuleResult> SqueezeDimRule(RuleCall& call) {
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, call.tensor(0)));
  return Squeezed(call, {axis});
}

Result<RuleResult> SqueezeDimsRule(RuleCall& call) {
  CONFORMANCE_TRY(const auto axes, DistinctAxes(call, call.sym_ints(1), call.tensor(0).rank()));
  return Squeezed(call, axes);
}

}  // namespace

const OpDef& SqueezeOp() {
  static const OpDef op = MakeOp("aten::squeeze(Tensor(a) self) -> Tensor(a)", SqueezeRule, {.view = true});
  return op;
}

const OpDef& SqueezeDimOp() {
  static const OpDef op =
      MakeOp("aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", SqueezeDimRule, {.view = true});
  return op;
}

const OpDef& SqueezeDimsOp() {
  static const OpDef op =
      MakeOp("aten::squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)", SqueezeDimsRule, {.view = true});
  return op;
}

Value Squeeze(OpContext& context, const Value& x, int64_t axis) {
  return context.Call(SqueezeDimOp(), {x, axis});
}

}  // namespace conformance::ops
