#include "framework/ops/unflatten.h"

#include "framework/ops/reshape_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> UnflattenRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  const Sizes& wanted = call.sym_ints(2);
  if (wanted.empty()) return RuleInvalid(call, "sizes are [], want at least one");
  // The axis alone, viewed; then the others around it.
  const Value one = Value::Meta({x.dtype(), {x.sizes()[static_cast<size_t>(axis)]}});
  CONFORMANCE_TRY(const Sizes parts, Reshaped(call, one, wanted));
  Sizes sizes(x.sizes().begin(), x.sizes().begin() + axis);
  sizes.insert(sizes.end(), parts.begin(), parts.end());
  sizes.insert(sizes.end(), x.sizes().begin() + axis + 1, x.sizes().end());
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& UnflattenOp() {
  static const OpDef op = MakeOp("aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)",
                                 UnflattenRule, {.view = true});
  return op;
}

Value Unflatten(OpContext& context, const Value& x, int64_t axis, std::vector<SymInt> sizes) {
  return context.Call(UnflattenOp(), {x, axis, std::move(sizes)});
}

}  // namespace conformance::ops
