#include "framework/ops/gather.h"

#include "framework/ops/index_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> GatherRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& index = call.tensor(2);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  CONFORMANCE_RETURN_IF_ERROR(WantIndexWithin(call, index, "self", x, axis));
  return One(x.dtype(), index.sizes());
}

}  // namespace

const OpDef& GatherOp() {
  static const OpDef op = MakeOp(
      "aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", GatherRule);
  return op;
}

Value Gather(OpContext& context, const Value& x, int64_t axis, const Value& index) {
  return context.Call(GatherOp(), {x, axis, index});
}

}  // namespace conformance::ops
