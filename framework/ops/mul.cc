#include "framework/ops/mul.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MulInPlaceRule(RuleCall& call) { return InPlace(call, call.tensor(0), BinaryRule(call)); }

}  // namespace

const OpDef& MulTensorOp() {
  static const OpDef op = MakeOp("aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", BinaryRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& MulScalarOp() {
  static const OpDef op =
      MakeOp("aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", BinaryRule, {.pointwise = true});
  return op;
}

const OpDef& MulTensorInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::mul_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", MulInPlaceRule,
             {.pointwise = true, .in_place_of = "aten.mul.Tensor", .number_arg = 1});
  return op;
}

Value Mul(OpContext& context, const Value& a, const Value& b) { return context.Call(MulTensorOp(), {a, b}); }
Value Mul(OpContext& context, const Value& a, Scalar b) {
  return context.Call(MulTensorOp(), {a, b.argument()});
}

}  // namespace conformance::ops
