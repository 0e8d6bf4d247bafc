#include "framework/ops/min.h"

#include "framework/ops/pointwise_rule.h"
#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MinDimRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, 1));
  CONFORMANCE_TRY(RuleResult result, ReduceOver(call, 1, call.boolean(2), call.tensor(0).dtype()));
  result.tensors.push_back({DType::kI64, result.tensors[0].sizes});
  return result;
}

Result<RuleResult> MinRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, std::nullopt));
  return One(call.tensor(0).dtype(), {});
}

}  // namespace

const OpDef& MinDimOp() {
  static const OpDef op =
      MakeOp("aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
             MinDimRule);
  return op;
}

const OpDef& MinOp() {
  static const OpDef op = MakeOp("aten::min(Tensor self) -> Tensor", MinRule);
  return op;
}

const OpDef& MinOtherOp() {
  static const OpDef op =
      MakeOp("aten::min.other(Tensor self, Tensor other) -> Tensor", BinaryRule, {.pointwise = true});
  return op;
}

MinResult Min(OpContext& context, const Value& x, int64_t axis, bool keepdim) {
  std::vector<Value> values = context.CallMulti(MinDimOp(), {x, axis, keepdim});
  return {std::move(values[0]), std::move(values[1])};
}
Value Min(OpContext& context, const Value& x) { return context.Call(MinOp(), {x}); }

}  // namespace conformance::ops
