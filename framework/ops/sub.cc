#include "framework/ops/sub.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> SubInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), SubtractRule(call));
}

}  // namespace

const OpDef& SubTensorOp() {
  static const OpDef op = MakeOp("aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
                                 SubtractRule, {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& SubScalarOp() {
  static const OpDef op = MakeOp("aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
                                 SubtractRule, {.pointwise = true});
  return op;
}

const OpDef& SubTensorInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::sub_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
             SubInPlaceRule, {.pointwise = true, .in_place_of = "aten.sub.Tensor", .number_arg = 1});
  return op;
}

Value Sub(OpContext& context, const Value& a, const Value& b, Scalar alpha) {
  return context.Call(SubTensorOp(), {a, b, alpha.argument()});
}
Value Sub(OpContext& context, const Value& a, Scalar b, Scalar alpha) {
  return context.Call(SubTensorOp(), {a, b.argument(), alpha.argument()});
}

}  // namespace conformance::ops
