#include "framework/ops/item.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ItemRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const bool one, call.Equal(NumElements(x.sizes()), 1, "item: exactly one element"));
  if (!one) return WantShape(call, "self", x, "of exactly one element");
  if (IsFloating(x.dtype())) {
    return Unsupported(std::string(call.op()) + ": self is " + Describe(x.meta()) +
                       ", want an integer or bool: a float is no size");
  }
  RuleResult result;
  result.sym_int = call.Unbacked("item of " + Describe(x.meta()), {.min = INT64_MIN, .max = std::nullopt});
  return result;
}

}  // namespace

const OpDef& ItemOp() {
  static const OpDef op = MakeOp("aten::item(Tensor self) -> Scalar", ItemRule);
  return op;
}

const OpDef& LocalScalarDenseOp() {
  static const OpDef op = MakeOp("aten::_local_scalar_dense(Tensor self) -> Scalar", ItemRule);
  return op;
}

SymInt Item(OpContext& context, const Value& x) { return context.CallSymInt(ItemOp(), {x}); }

}  // namespace conformance::ops
