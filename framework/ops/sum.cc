#include "framework/ops/sum.h"

#include "framework/ops/reduction_rule.h"

namespace conformance::ops {
namespace {

DType SumType(RuleCall& call, size_t dtype) {
  const DType own = call.tensor(0).dtype();
  return call.dtype(dtype).value_or(IsFloating(own) || IsComplex(own) ? own : DType::kI64);
}

Result<RuleResult> SumDimRule(RuleCall& call) {
  return ReduceOver(call, 1, call.boolean(2), SumType(call, 3));
}
Result<RuleResult> SumRule(RuleCall& call) { return One(SumType(call, 1), {}); }

}  // namespace

const OpDef& SumDimOp() {
  static const OpDef op = MakeOp(
      "aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? "
      "dtype=None) -> Tensor",
      SumDimRule, {.reduction_arg = 0});
  return op;
}

const OpDef& SumOp() {
  static const OpDef op =
      MakeOp("aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", SumRule, {.reduction_arg = 0});
  return op;
}

Value Sum(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim,
          std::optional<DType> dtype) {
  return context.Call(SumDimOp(),
                      {x, ToSymInts(axes), keepdim, dtype ? Argument(*dtype) : Argument(NoneType{})});
}
Value Sum(OpContext& context, const Value& x) { return context.Call(SumOp(), {x}); }

}  // namespace conformance::ops
