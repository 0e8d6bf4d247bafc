#include "framework/ops/add.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AddInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), ArithmeticRule(call));
}

}  // namespace

const OpDef& AddTensorOp() {
  static const OpDef op = MakeOp("aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
                                 ArithmeticRule, {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& AddScalarOp() {
  static const OpDef op = MakeOp("aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
                                 ArithmeticRule, {.pointwise = true});
  return op;
}

const OpDef& AddTensorInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
             AddInPlaceRule, {.pointwise = true, .in_place_of = "aten.add.Tensor", .number_arg = 1});
  return op;
}

Value Add(OpContext& context, const Value& a, const Value& b, Scalar alpha) {
  return context.Call(AddTensorOp(), {a, b, alpha.argument()});
}
Value Add(OpContext& context, const Value& a, Scalar b, Scalar alpha) {
  return context.Call(AddTensorOp(), {a, b.argument(), alpha.argument()});
}

}  // namespace conformance::ops
