#include "framework/ops/div.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> DivInPlaceRule(RuleCall& call) { return InPlace(call, call.tensor(0), DivideRule(call)); }

Result<RuleResult> DivModeRule(RuleCall& call) {
  if (call.IsNone(2)) return DivideRule(call);
  const std::string& mode = call.string(2);
  if (mode != "trunc" && mode != "floor")
    return RuleInvalid(call, "rounding_mode is '" + mode + "', want 'trunc' or 'floor'");
  return BinaryNoBoolsRule(call);
}

}  // namespace

const OpDef& DivTensorOp() {
  static const OpDef op = MakeOp("aten::div.Tensor(Tensor self, Tensor other) -> Tensor", DivideRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& DivScalarOp() {
  static const OpDef op =
      MakeOp("aten::div.Scalar(Tensor self, Scalar other) -> Tensor", DivideRule, {.pointwise = true});
  return op;
}

const OpDef& DivTensorModeOp() {
  static const OpDef op =
      MakeOp("aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", DivModeRule,
             {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& DivScalarModeOp() {
  static const OpDef op =
      MakeOp("aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", DivModeRule,
             {.pointwise = true});
  return op;
}

const OpDef& DivTensorInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", DivInPlaceRule,
             {.pointwise = true, .in_place_of = "aten.div.Tensor", .number_arg = 1});
  return op;
}

Value Div(OpContext& context, const Value& a, const Value& b) { return context.Call(DivTensorOp(), {a, b}); }
Value Div(OpContext& context, const Value& a, Scalar b) {
  return context.Call(DivTensorOp(), {a, b.argument()});
}
Value Div(OpContext& context, const Value& a, const Value& b, std::string_view rounding_mode) {
  return context.Call(DivTensorModeOp(), {a, b, std::string(rounding_mode)});
}
Value Div(OpContext& context, const Value& a, Scalar b, std::string_view rounding_mode) {
  return context.Call(DivTensorModeOp(), {a, b.argument(), std::string(rounding_mode)});
}

}  // namespace conformance::ops
