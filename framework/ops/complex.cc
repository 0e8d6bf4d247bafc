#include "framework/ops/complex.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Status WantComplex(const RuleCall& call, std::string_view name, const Value& x) {
  if (IsComplex(x.dtype())) return Ok();
  return WantType(call, name, x, "complex64 or complex128");
}
Status WantParts(const RuleCall& call, std::string_view name, const Value& x) {
  if (x.dtype() == DType::kF32 || x.dtype() == DType::kF64) return Ok();
  return WantType(call, name, x, "f32 or f64");
}

Result<RuleResult> ViewAsRealRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantComplex(call, "self", x));
  Sizes sizes = x.sizes();
  sizes.push_back(2);
  return One(RealOf(x.dtype()), std::move(sizes));
}

Result<RuleResult> ViewAsComplexRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantParts(call, "self", x));
  CONFORMANCE_TRY(const bool fits, x.rank() == 0 ? Result<bool>(false) : call.Equal(x.sizes().back(), 2, "view_as_complex: a real and an imaginary part"));
  if (!fits) return WantShape(call, "self", x, "[..., 2]");
  Sizes sizes = x.sizes();
  sizes.pop_back();
  return One(*ComplexOf(x.dtype()), std::move(sizes));
}

Result<RuleResult> RealRule(RuleCall& call) { return One(RealOf(call.tensor(0).dtype()), call.tensor(0).sizes()); }

Result<RuleResult> ImagRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantComplex(call, "self", call.tensor(0)));
  return RealRule(call);
}

Result<RuleResult> OfTwoRule(RuleCall& call) {
  const Value &a = call.tensor(0), &b = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantParts(call, call.name(0), a));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, call.name(1), b, a.dtype()));
  CONFORMANCE_TRY(Sizes sizes, call.Broadcast(a.sizes(), b.sizes()));
  return One(*ComplexOf(a.dtype()), std::move(sizes));
}

Result<RuleResult> SameRule(RuleCall& call) { return Same(call.tensor(0)); }

Result<RuleResult> AngleRule(RuleCall& call) {
  const DType real = RealOf(call.tensor(0).dtype());
  return One(IsFloating(real) ? real : DType::kF32, call.tensor(0).sizes());
}

}  // namespace

const OpDef& ViewAsRealOp() {
  static const OpDef op = MakeOp("aten::view_as_real(Tensor(a) self) -> Tensor(a)", ViewAsRealRule, {.view = true});
  return op;
}
const OpDef& ViewAsComplexOp() {
  static const OpDef op = MakeOp("aten::view_as_complex(Tensor(a) self) -> Tensor(a)", ViewAsComplexRule, {.view = true});
  return op;
}
const OpDef& RealOp() {
  static const OpDef op = MakeOp("aten::real(Tensor(a) self) -> Tensor(a)", RealRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& ImagOp() {
  static const OpDef op = MakeOp("aten::imag(Tensor(a) self) -> Tensor(a)", ImagRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& ComplexOfPartsOp() {
  static const OpDef op = MakeOp("aten::complex(Tensor real, Tensor imag) -> Tensor", OfTwoRule, {.pointwise = true});
  return op;
}
const OpDef& PolarOp() {
  static const OpDef op = MakeOp("aten::polar(Tensor abs, Tensor angle) -> Tensor", OfTwoRule, {.pointwise = true});
  return op;
}
const OpDef& ConjOp() {
  static const OpDef op = MakeOp("aten::conj(Tensor(a) self) -> Tensor(a)", SameRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& ConjViewOp() {
  static const OpDef op = MakeOp("aten::_conj(Tensor(a) self) -> Tensor(a)", SameRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& ConjPhysicalOp() {
  static const OpDef op = MakeOp("aten::conj_physical(Tensor self) -> Tensor", SameRule, {.pointwise = true});
  return op;
}
const OpDef& ResolveConjOp() {
  static const OpDef op = MakeOp("aten::resolve_conj(Tensor(a) self) -> Tensor(a)", SameRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& NegViewOp() {
  static const OpDef op = MakeOp("aten::_neg_view(Tensor(a) self) -> Tensor(a)", SameRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& ResolveNegOp() {
  static const OpDef op = MakeOp("aten::resolve_neg(Tensor(a) self) -> Tensor(a)", SameRule, {.pointwise = true, .view = true});
  return op;
}
const OpDef& AngleOp() {
  static const OpDef op = MakeOp("aten::angle(Tensor self) -> Tensor", AngleRule, {.pointwise = true});
  return op;
}

Value ViewAsReal(OpContext& context, const Value& x) { return context.Call(ViewAsRealOp(), {x}); }
Value ViewAsComplex(OpContext& context, const Value& x) { return context.Call(ViewAsComplexOp(), {x}); }
Value Real(OpContext& context, const Value& x) { return context.Call(RealOp(), {x}); }
Value Imag(OpContext& context, const Value& x) { return context.Call(ImagOp(), {x}); }
Value Complex(OpContext& context, const Value& re, const Value& im) { return context.Call(ComplexOfPartsOp(), {re, im}); }
Value Polar(OpContext& context, const Value& r, const Value& angle) { return context.Call(PolarOp(), {r, angle}); }
Value Conj(OpContext& context, const Value& x) { return context.Call(ConjPhysicalOp(), {x}); }
Value Angle(OpContext& context, const Value& x) { return context.Call(AngleOp(), {x}); }

}  // namespace conformance::ops
