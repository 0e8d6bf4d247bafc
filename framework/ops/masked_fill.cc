#include "framework/ops/masked_fill.h"

#include "framework/ops/number_rule.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MaskedFillRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& mask = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "mask", mask, DType::kBool));
  if (call.IsTensor(2)) {
    if (call.tensor(2).rank() != 0) return WantShape(call, "value", call.tensor(2), "[]");
  }
  CONFORMANCE_RETURN_IF_ERROR(WantFits(call, 2, x.dtype()));
  CONFORMANCE_TRY(Sizes sizes, call.Broadcast(x.sizes(), mask.sizes()));
  return One(x.dtype(), std::move(sizes));
}

Result<RuleResult> MaskedFillInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), MaskedFillRule(call));
}

}  // namespace

const OpDef& MaskedFillScalarOp() {
  static const OpDef op = MakeOp("aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor",
                                 MaskedFillRule, {.pointwise = true});
  return op;
}

const OpDef& MaskedFillTensorOp() {
  static const OpDef op = MakeOp("aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor",
                                 MaskedFillRule, {.pointwise = true});
  return op;
}

const OpDef& MaskedFillScalarInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::masked_fill_.Scalar(Tensor(a!) self, Tensor mask, Scalar value) -> Tensor(a!)",
             MaskedFillInPlaceRule, {.pointwise = true, .in_place_of = "aten.masked_fill.Scalar"});
  return op;
}

Value MaskedFill(OpContext& context, const Value& x, const Value& mask, Scalar value) {
  return context.Call(MaskedFillScalarOp(), {x, mask, value.argument()});
}
Value MaskedFill(OpContext& context, const Value& x, const Value& mask, const Value& value) {
  return context.Call(MaskedFillTensorOp(), {x, mask, value});
}

}  // namespace conformance::ops
