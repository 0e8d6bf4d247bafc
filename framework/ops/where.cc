#include "framework/ops/where.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> WhereRule(RuleCall& call) {
  const Value& condition = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "condition", condition, DType::kBool));
  Promotion promotion;
  Sizes sizes = condition.sizes();
  for (size_t i = 1; i < 3; ++i) {
    promotion.Add(call.arg(i));
    if (call.IsTensor(i)) {
      CONFORMANCE_TRY(sizes, call.Broadcast(sizes, call.tensor(i).sizes()));
    }
  }
  return One(promotion.Get(), std::move(sizes));
}

}  // namespace

const OpDef& WhereOp() {
  static const OpDef op = MakeOp("aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
                                 WhereRule, {.pointwise = true});
  return op;
}

const OpDef& WhereScalarOtherOp() {
  static const OpDef op =
      MakeOp("aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", WhereRule,
             {.pointwise = true});
  return op;
}

const OpDef& WhereScalarSelfOp() {
  static const OpDef op =
      MakeOp("aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", WhereRule,
             {.pointwise = true});
  return op;
}

const OpDef& WhereScalarOp() {
  static const OpDef op = MakeOp("aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor",
                                 WhereRule, {.pointwise = true});
  return op;
}

Value Where(OpContext& context, const Value& condition, const Value& a, const Value& b) {
  return context.Call(WhereOp(), {condition, a, b});
}
Value Where(OpContext& context, const Value& condition, const Value& a, Scalar b) {
  return context.Call(WhereScalarOtherOp(), {condition, a, b.argument()});
}
Value Where(OpContext& context, const Value& condition, Scalar a, const Value& b) {
  return context.Call(WhereScalarSelfOp(), {condition, a.argument(), b});
}
Value Where(OpContext& context, const Value& condition, Scalar a, Scalar b) {
  return context.Call(WhereScalarOp(), {condition, a.argument(), b.argument()});
}

}  // namespace conformance::ops
