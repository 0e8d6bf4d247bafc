#include "framework/ops/softmax.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

// Axis 1; a `dtype` at 2, to which x is cast first.
Result<RuleResult> SoftmaxRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(AxisArg(call, 1, x).status());
  const DType type = call.dtype(2).value_or(x.dtype());
  if (!IsFloating(type)) return WantType(call, "self", x, "f16, bf16, f32 or f64, or such a dtype");
  return One(type, x.sizes());
}

// Axis 1; at 2 whether halves become f32.
Result<RuleResult> SoftmaxInnerRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(AxisArg(call, 1, x).status());
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  return One(call.boolean(2) ? DType::kF32 : x.dtype(), x.sizes());
}

}  // namespace

const OpDef& SoftmaxOp() {
  static const OpDef op = MakeOp("aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
                                 SoftmaxRule, {.reduction_arg = 0});
  return op;
}

const OpDef& SafeSoftmaxOp() {
  static const OpDef op =
      MakeOp("aten::_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", SoftmaxRule,
             {.reduction_arg = 0});
  return op;
}

const OpDef& SoftmaxInnerOp() {
  static const OpDef op = MakeOp("aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
                                 SoftmaxInnerRule, {.reduction_arg = 0});
  return op;
}

Value Softmax(OpContext& context, const Value& x, int64_t axis, std::optional<DType> dtype) {
  return context.Call(SoftmaxOp(), {x, axis, dtype ? Argument(*dtype) : Argument(NoneType{})});
}

}  // namespace conformance::ops
