#include "framework/ops/addcmul.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AddcmulRule(RuleCall& call) {
  Promotion promotion;
  Sizes sizes = call.tensor(0).sizes();
  for (size_t i = 0; i < 3; ++i) {
    promotion.Add(call.tensor(i));
    CONFORMANCE_TRY(sizes, call.Broadcast(sizes, call.tensor(i).sizes()));
  }
  CONFORMANCE_RETURN_IF_ERROR(WantAlpha(call, 3, promotion.Get()));
  if (promotion.Get() == DType::kBool) return WantType(call, "self", call.tensor(0), "an integer or a float");
  return One(promotion.Get(), std::move(sizes));
}
Result<RuleResult> AddcdivRule(RuleCall& call) {
  if (!IsFloating(call.tensor(1).dtype()) && !IsFloating(call.tensor(2).dtype()))
    return WantType(call, "tensor1", call.tensor(1), "a float, or a float as tensor2");
  return AddcmulRule(call);
}

}  // namespace

const OpDef& AddcmulOp() {
  static const OpDef op =
      MakeOp("aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
             AddcmulRule, {.pointwise = true});
  return op;
}

const OpDef& AddcdivOp() {
  static const OpDef op =
      MakeOp("aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
             AddcdivRule, {.pointwise = true});
  return op;
}

Value Addcmul(OpContext& context, const Value& a, const Value& b, const Value& c, Scalar value) {
  return context.Call(AddcmulOp(), {a, b, c, value.argument()});
}

}  // namespace conformance::ops
