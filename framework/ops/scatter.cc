#include "framework/ops/scatter.h"

#include "framework/ops/index_rule.h"
#include "framework/ops/number_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ScatterValueRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantScatterTarget(call));
  CONFORMANCE_RETURN_IF_ERROR(WantFits(call, 3, call.tensor(0).dtype()));
  return Same(call.tensor(0));
}

}  // namespace

const OpDef& ScatterSrcOp() {
  static const OpDef op =
      MakeOp("aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", ScatterSrcRule);
  return op;
}

const OpDef& ScatterValueOp() {
  static const OpDef op = MakeOp(
      "aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", ScatterValueRule);
  return op;
}

Value Scatter(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source) {
  return context.Call(ScatterSrcOp(), {x, axis, index, source});
}
Value Scatter(OpContext& context, const Value& x, int64_t axis, const Value& index, Scalar source) {
  return context.Call(ScatterValueOp(), {x, axis, index, source.argument()});
}

}  // namespace conformance::ops
