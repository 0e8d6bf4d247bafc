#include "framework/ops/grouped_mm.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> Grouped(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& weights = call.tensor(1);
  const Value& ends = call.tensor(2);
  CONFORMANCE_RETURN_IF_ERROR(WantFactors(call, "input", x, "weight", weights));
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (ends.dtype() != DType::kI32 && ends.dtype() != DType::kI64)
    return WantType(call, "offs", ends, "i32 or i64");
  if (x.rank() != 2) return WantShape(call, "input", x, "[rows, k]");
  if (weights.rank() != 3) return WantShape(call, "weight", weights, "[groups, k, n]");
  CONFORMANCE_TRY(const bool fits, call.Equal(x.size(1), weights.size(1),
                                              "grouped_mm: columns of the rows and rows of the matrices"));
  if (!fits) return WantShape(call, "weight", weights, "[groups, " + x.size(1).ToString() + ", n]");
  if (ends.rank() != 1) return WantShape(call, "offs", ends, "[groups]");
  CONFORMANCE_TRY(const bool counted,
                  call.Equal(ends.size(0), weights.size(0), "grouped_mm: one end for each matrix"));
  if (!counted) return WantShape(call, "offs", ends, "[" + weights.size(0).ToString() + "]");
  return One(x.dtype(), {x.size(0), weights.size(2)});
}

Result<RuleResult> GroupedMmRule(RuleCall& call) {
  if (call.IsNone(2)) return WantShape(call, "self", call.tensor(0), "rows with offs");
  if (!call.IsNone(3)) return Unsupported(std::string(call.op()) + ": a bias is not implemented");
  if (call.dtype(4) && *call.dtype(4) != call.tensor(0).dtype())
    return Unsupported(std::string(call.op()) + ": another type of the result is not implemented");
  return Grouped(call);
}

}  // namespace

const OpDef& GroupedMmOp() {
  static const OpDef op = MakeOp(
      "aten::_grouped_mm(Tensor self, Tensor mat2, Tensor? offs=None, Tensor? bias=None, ScalarType? "
      "out_dtype=None) -> Tensor",
      GroupedMmRule, {.reduction_arg = 0});
  return op;
}

const OpDef& GroupedMmFallbackOp() {
  static const OpDef op =
      MakeOp("transformers::grouped_mm_fallback(Tensor input, Tensor weight, Tensor offs) -> Tensor", Grouped,
             {.reduction_arg = 0});
  return op;
}

Value GroupedMm(OpContext& context, const Value& x, const Value& weights, const Value& ends) {
  return context.Call(GroupedMmOp(), {x, weights, ends});
}

}  // namespace conformance::ops
