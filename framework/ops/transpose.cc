#include "framework/ops/transpose.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TransposeRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const int64_t first, AxisArg(call, 1, x));
  CONFORMANCE_TRY(const int64_t second, AxisArg(call, 2, x));
  Sizes sizes = x.sizes();
  if (!sizes.empty()) std::swap(sizes[first], sizes[second]);
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& TransposeOp() {
  static const OpDef op = MakeOp("aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)",
                                 TransposeRule, {.view = true});
  return op;
}

Value Transpose(OpContext& context, const Value& x, int64_t axis0, int64_t axis1) {
  return context.Call(TransposeOp(), {x, axis0, axis1});
}

}  // namespace conformance::ops
