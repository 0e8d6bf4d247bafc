#include "framework/ops/any.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

DType TruthType(const RuleCall& call) {
  return call.tensor(0).dtype() == DType::kU8 ? DType::kU8 : DType::kBool;
}

Result<RuleResult> AnyDimRule(RuleCall& call) {
  if (NamesNoAxis(call, 1)) return One(TruthType(call), call.tensor(0).sizes());
  return ReduceOver(call, 1, call.boolean(2), TruthType(call));
}
Result<RuleResult> AnyRule(RuleCall& call) { return One(TruthType(call), {}); }

}  // namespace

const OpDef& AnyDimOp() {
  static const OpDef op =
      MakeOp("aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", AnyDimRule);
  return op;
}

const OpDef& AnyDimsOp() {
  static const OpDef op =
      MakeOp("aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", AnyDimRule);
  return op;
}

const OpDef& AnyOp() {
  static const OpDef op = MakeOp("aten::any(Tensor self) -> Tensor", AnyRule);
  return op;
}

Value Any(OpContext& context, const Value& x, int64_t axis, bool keepdim) {
  return context.Call(AnyDimOp(), {x, axis, keepdim});
}
Value Any(OpContext& context, const Value& x) { return context.Call(AnyOp(), {x}); }

}  // namespace conformance::ops
