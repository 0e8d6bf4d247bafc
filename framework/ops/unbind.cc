#include "framework/ops/unbind.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> UnbindRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  CONFORMANCE_TRY(const int64_t count,
                  call.Specialise(x.sizes()[axis], "the size of the axis that is taken apart"));
  CONFORMANCE_RETURN_IF_ERROR(WantPieces(call, count));
  Sizes sizes = x.sizes();
  sizes.erase(sizes.begin() + axis);
  RuleResult result;
  result.tensors.assign(static_cast<size_t>(count), {x.dtype(), sizes});
  return result;
}

}  // namespace

const OpDef& UnbindOp() {
  static const OpDef op =
      MakeOp("aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", UnbindRule, {.view = true});
  return op;
}

std::vector<Value> Unbind(OpContext& context, const Value& x, int64_t axis) {
  return context.CallMulti(UnbindOp(), {x, axis});
}

}  // namespace conformance::ops
