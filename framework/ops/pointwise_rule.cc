#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

DType FloatOf(DType dtype) { return IsFloating(dtype) || IsComplex(dtype) ? dtype : DType::kF32; }

Result<Sizes> BroadcastOf(RuleCall& call) {
  const bool a = call.IsTensor(0), b = call.IsTensor(1);
  if (a && b) return call.Broadcast(call.tensor(0).sizes(), call.tensor(1).sizes());
  return call.tensor(a ? 0 : 1).sizes();
}

DType PromotedOf(const RuleCall& call) {
  Promotion promotion;
  promotion.Add(call.arg(0));
  promotion.Add(call.arg(1));
  return promotion.Get();
}

}  // namespace

Result<RuleResult> AnyUnaryRule(RuleCall& call) { return Same(call.tensor(0)); }

Result<RuleResult> NoBoolUnaryRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", call.tensor(0)));
  return Same(call.tensor(0));
}

Result<RuleResult> MagnitudeRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", call.tensor(0)));
  return One(RealOf(call.tensor(0).dtype()), call.tensor(0).sizes());
}

Result<RuleResult> FloatUnaryRule(RuleCall& call) {
  return One(FloatOf(call.tensor(0).dtype()), call.tensor(0).sizes());
}

Result<RuleResult> FloatingUnaryRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  return Same(call.tensor(0));
}

Result<RuleResult> IntegralUnaryRule(RuleCall& call) {
  if (IsFloating(call.tensor(0).dtype())) return WantType(call, "self", call.tensor(0), "an integer or bool");
  return Same(call.tensor(0));
}

Result<RuleResult> TestUnaryRule(RuleCall& call) { return One(DType::kBool, call.tensor(0).sizes()); }

Result<RuleResult> BinaryRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, BroadcastOf(call));
  return One(PromotedOf(call), std::move(sizes));
}

Result<RuleResult> BinaryNoBoolsRule(RuleCall& call) {
  if (PromotedOf(call) == DType::kBool)
    return WantType(call, "self", call.tensor(call.IsTensor(0) ? 0 : 1), "an integer or a float");
  return BinaryRule(call);
}

Status WantAlpha(const RuleCall& call, size_t index, DType result) {
  const Argument& alpha = call.arg(index);
  if (std::holds_alternative<ComplexNumber>(alpha)) {
    return Unsupported(std::string(call.op()) + ": a factor is a complex number, want a real one");
  }
  if (std::holds_alternative<double>(alpha) && !IsFloating(result) && !IsComplex(result)) {
    return TypeError(std::string(call.op()) + ": a factor is a float, want an int for a result of type " +
                     std::string(ToString(result)));
  }
  if (std::holds_alternative<bool>(alpha) && result != DType::kBool) {
    return TypeError(std::string(call.op()) + ": a factor is a bool, want a number for a result of type " +
                     std::string(ToString(result)));
  }
  return Ok();
}

Result<RuleResult> ArithmeticRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantAlpha(call, 2, PromotedOf(call)));
  return BinaryRule(call);
}

Result<RuleResult> SubtractRule(RuleCall& call) {
  for (size_t i : {0, 1}) {
    if (call.IsTensor(i)) {
      CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, call.name(i), call.tensor(i)));
    } else if (std::holds_alternative<bool>(call.arg(i))) {
      return TypeError(std::string(call.op()) + ": " + std::string(call.name(i)) +
                       " is a bool, want a number");
    }
  }
  return ArithmeticRule(call);
}

Result<RuleResult> DivideRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, BroadcastOf(call));
  return One(FloatOf(PromotedOf(call)), std::move(sizes));
}

Result<RuleResult> CompareRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, BroadcastOf(call));
  return One(DType::kBool, std::move(sizes));
}

Result<RuleResult> BitwiseRule(RuleCall& call) {
  if (IsFloating(PromotedOf(call))) {
    const bool second = call.IsTensor(1) && IsFloating(call.tensor(1).dtype());
    return WantType(call, second ? "other" : "self", call.tensor(second ? 1 : 0),
                    "an integer or bool, with such a number");
  }
  return BinaryRule(call);
}

Result<RuleResult> AnyUnaryInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), AnyUnaryRule(call));
}
Result<RuleResult> NoBoolUnaryInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), NoBoolUnaryRule(call));
}
Result<RuleResult> FloatUnaryInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), FloatUnaryRule(call));
}
Result<RuleResult> FloatingUnaryInPlaceRule(RuleCall& call) {
  return InPlace(call, call.tensor(0), FloatingUnaryRule(call));
}

}  // namespace conformance::ops
