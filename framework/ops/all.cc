#include "framework/ops/all.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

DType TruthType(const RuleCall& call) {
  return call.tensor(0).dtype() == DType::kU8 ? DType::kU8 : DType::kBool;
}

Result<RuleResult> AllDimRule(RuleCall& call) {
  if (NamesNoAxis(call, 1)) return One(TruthType(call), call.tensor(0).sizes());
  return ReduceOver(call, 1, call.boolean(2), TruthType(call));
}
Result<RuleResult> AllRule(RuleCall& call) { return One(TruthType(call), {}); }

}  // namespace

const OpDef& AllDimOp() {
  static const OpDef op =
      MakeOp("aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", AllDimRule);
  return op;
}

const OpDef& AllDimsOp() {
  static const OpDef op =
      MakeOp("aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", AllDimRule);
  return op;
}

const OpDef& AllOp() {
  static const OpDef op = MakeOp("aten::all(Tensor self) -> Tensor", AllRule);
  return op;
}

Value All(OpContext& context, const Value& x, int64_t axis, bool keepdim) {
  return context.Call(AllDimOp(), {x, axis, keepdim});
}
Value All(OpContext& context, const Value& x) { return context.Call(AllOp(), {x}); }

}  // namespace conformance::ops
