#include "framework/ops/argmax.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ArgmaxRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", call.tensor(0)));
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, 1));
  return ReduceOver(call, 1, call.boolean(2), DType::kI64);
}

}  // namespace

const OpDef& ArgmaxOp() {
  static const OpDef op =
      MakeOp("aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", ArgmaxRule);
  return op;
}

Value Argmax(OpContext& context, const Value& x, std::optional<int64_t> axis, bool keepdim) {
  return context.Call(ArgmaxOp(), {x, axis ? Argument(SymInt(*axis)) : Argument(NoneType{}), keepdim});
}

}  // namespace conformance::ops
