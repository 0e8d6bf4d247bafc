#include "framework/ops/scatter.h"

#include "framework/ops/index_rule.h"

namespace conformance::ops {
namespace {

Status WantTarget(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& index = call.tensor(2);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  return WantIndexWithin(call, index, "self", x, axis);
}

Result<RuleResult> ScatterSrcRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantTarget(call));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "src", call.tensor(3), call.tensor(0).dtype()));
  CONFORMANCE_RETURN_IF_ERROR(WantIndexWithin(call, call.tensor(2), "src", call.tensor(3), -1));
  return Same(call.tensor(0));
}

Result<RuleResult> ScatterValueRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantTarget(call));
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
