#include "framework/ops/clamp.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Status WantBound(const RuleCall& call) {
  if (call.IsNone(1) && call.IsNone(2))
    return RuleInvalid(call, "found neither min nor max, want at least one");
  return Ok();
}

Result<RuleResult> ClampRule(RuleCall& call) {
  if (call.size() == 3) CONFORMANCE_RETURN_IF_ERROR(WantBound(call));
  Promotion promotion;
  promotion.Add(call.tensor(0));
  for (size_t i = 1; i < call.size(); ++i) {
    if (!call.IsNone(i)) promotion.Add(call.arg(i));
  }
  if (promotion.Get() == DType::kBool) return WantType(call, "self", call.tensor(0), "an integer or a float");
  return One(promotion.Get(), call.tensor(0).sizes());
}

Result<RuleResult> ClampTensorRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantBound(call));
  Promotion promotion;
  promotion.Add(call.tensor(0));
  Sizes sizes = call.tensor(0).sizes();
  for (size_t i = 1; i < 3; ++i) {
    if (call.IsNone(i)) continue;
    promotion.Add(call.arg(i));
    CONFORMANCE_TRY(sizes, call.Broadcast(sizes, call.tensor(i).sizes()));
  }
  if (promotion.Get() == DType::kBool) return WantType(call, "self", call.tensor(0), "an integer or a float");
  return One(promotion.Get(), std::move(sizes));
}

Result<RuleResult> ClampInPlaceRule(RuleCall& call) { return InPlace(call, call.tensor(0), ClampRule(call)); }

Argument Bound(const std::optional<Scalar>& bound) {
  return bound ? bound->argument() : Argument(NoneType{});
}

}  // namespace

const OpDef& ClampOp() {
  static const OpDef op = MakeOp("aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
                                 ClampRule, {.pointwise = true});
  return op;
}

const OpDef& ClampTensorOp() {
  static const OpDef op =
      MakeOp("aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", ClampTensorRule,
             {.pointwise = true});
  return op;
}

const OpDef& ClampMinOp() {
  static const OpDef op =
      MakeOp("aten::clamp_min(Tensor self, Scalar min) -> Tensor", ClampRule, {.pointwise = true});
  return op;
}

const OpDef& ClampMaxOp() {
  static const OpDef op =
      MakeOp("aten::clamp_max(Tensor self, Scalar max) -> Tensor", ClampRule, {.pointwise = true});
  return op;
}

const OpDef& ClampInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::clamp_(Tensor(a!) self, Scalar? min=None, Scalar? max=None) -> Tensor(a!)",
             ClampInPlaceRule, {.pointwise = true, .in_place_of = "aten.clamp.default"});
  return op;
}

Value Clamp(OpContext& context, const Value& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return context.Call(ClampOp(), {x, Bound(min), Bound(max)});
}
Value ClampMin(OpContext& context, const Value& x, Scalar min) {
  return context.Call(ClampMinOp(), {x, min.argument()});
}
Value ClampMax(OpContext& context, const Value& x, Scalar max) {
  return context.Call(ClampMaxOp(), {x, max.argument()});
}

}  // namespace conformance::ops
