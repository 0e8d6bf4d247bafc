#include "framework/ops/max.h"

#include "framework/ops/pointwise_rule.h"
#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MaxDimRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, 1));
  CONFORMANCE_TRY(RuleResult result, ReduceOver(call, 1, call.boolean(2), call.tensor(0).dtype()));
  result.tensors.push_back({DType::kI64, result.tensors[0].sizes});
  return result;
}

Result<RuleResult> MaxRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantElements(call, std::nullopt));
  return One(call.tensor(0).dtype(), {});
}

}  // namespace

const OpDef& MaxDimOp() {
  static const OpDef op =
      MakeOp("aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
             MaxDimRule);
  return op;
}

const OpDef& MaxOp() {
  static const OpDef op = MakeOp("aten::max(Tensor self) -> Tensor", MaxRule);
  return op;
}

const OpDef& MaxOtherOp() {
  static const OpDef op =
      MakeOp("aten::max.other(Tensor self, Tensor other) -> Tensor", BinaryRule, {.pointwise = true});
  return op;
}

MaxResult Max(OpContext& context, const Value& x, int64_t axis, bool keepdim) {
  std::vector<Value> values = context.CallMulti(MaxDimOp(), {x, axis, keepdim});
  return {std::move(values[0]), std::move(values[1])};
}
Value Max(OpContext& context, const Value& x) { return context.Call(MaxOp(), {x}); }

}  // namespace conformance::ops
