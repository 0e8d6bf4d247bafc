#include "framework/ops/python_scalar.h"

#include "framework/base/strings.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<SymInt> SizeArg(const RuleCall& call, size_t i) {
  if (const auto* size = std::get_if<SymInt>(&call.arg(i))) return *size;
  if (const auto* truth = std::get_if<bool>(&call.arg(i))) return SymInt(*truth ? 1 : 0);
  return Unsupported(std::string(call.op()) + ": found the float " + DoubleText(call.number(i)) +
                     ", want a size");
}

RuleResult Size(SymInt value) {
  RuleResult result;
  result.sym_int = std::move(value);
  return result;
}
RuleResult Truth(SymBool value) {
  RuleResult result;
  result.sym_bool = std::move(value);
  return result;
}
RuleResult Number(double value) {
  RuleResult result;
  result.number = value;
  return result;
}

Result<RuleResult> WithSizes(RuleCall& call, RuleResult (*compute)(const SymInt&, const SymInt&)) {
  CONFORMANCE_TRY(const SymInt a, SizeArg(call, 0));
  CONFORMANCE_TRY(const SymInt b, SizeArg(call, 1));
  return compute(a, b);
}

Status WantDivisor(RuleCall& call, const SymInt& divisor) {
  CONFORMANCE_TRY(const bool fits, call.Holds(Ne(divisor, 0), "the divisor is not 0"));
  return fits ? Ok() : Status(RuleInvalid(call, "b is 0, want a divisor"));
}

Result<RuleResult> AddRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(a + b); });
}
Result<RuleResult> SubRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(a - b); });
}
Result<RuleResult> MulRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(a * b); });
}
Result<RuleResult> FloordivRule(RuleCall& call) {
  CONFORMANCE_TRY(const SymInt divisor, SizeArg(call, 1));
  CONFORMANCE_RETURN_IF_ERROR(WantDivisor(call, divisor));
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(FloorDiv(a, b)); });
}
Result<RuleResult> ModRule(RuleCall& call) {
  CONFORMANCE_TRY(const SymInt divisor, SizeArg(call, 1));
  CONFORMANCE_RETURN_IF_ERROR(WantDivisor(call, divisor));
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(Mod(a, b)); });
}
Result<RuleResult> NegRule(RuleCall& call) {
  CONFORMANCE_TRY(const SymInt a, SizeArg(call, 0));
  return Size(-a);
}
Result<RuleResult> PowRule(RuleCall& call) {
  CONFORMANCE_TRY(const SymInt a, SizeArg(call, 0));
  CONFORMANCE_TRY(const SymInt b, SizeArg(call, 1));
  const auto exponent = b.AsInt();
  if (!exponent || *exponent < 0 || *exponent > 64) {
    return Unsupported(std::string(call.op()) + ": exponent is " + b.ToString() +
                       ", want a number in [0, 64]");
  }
  SymInt power = 1;
  for (int64_t i = 0; i < *exponent; ++i) power *= a;
  return Size(power);
}
// A float that is no number yet has no place among a program's values.
Result<RuleResult> TruedivRule(RuleCall& call) {
  double numbers[2];
  for (size_t i = 0; i < 2; ++i) {
    const auto* size = std::get_if<SymInt>(&call.arg(i));
    if (size != nullptr && !size->IsConstant()) {
      return Unsupported(std::string(call.op()) + ": found " + size->ToString() + ", want numbers");
    }
    numbers[i] = call.number(i);
  }
  if (numbers[1] == 0) return RuleInvalid(call, "b is 0, want a divisor");
  return Number(numbers[0] / numbers[1]);
}
Result<RuleResult> FloatRule(RuleCall& call) {
  const auto* size = std::get_if<SymInt>(&call.arg(0));
  if (size != nullptr && !size->IsConstant()) {
    return Unsupported(std::string(call.op()) + ": found " + size->ToString() + ", want a number");
  }
  return Number(call.number(0));
}
Result<RuleResult> EqRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Truth(Eq(a, b)); });
}
Result<RuleResult> NeRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Truth(Ne(a, b)); });
}
Result<RuleResult> LtRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Truth(Lt(a, b)); });
}
Result<RuleResult> LeRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Truth(Le(a, b)); });
}
Result<RuleResult> GtRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Truth(Gt(a, b)); });
}
Result<RuleResult> GeRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Truth(Ge(a, b)); });
}
Result<RuleResult> MaxRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(Max(a, b)); });
}
Result<RuleResult> MinRule(RuleCall& call) {
  return WithSizes(call, [](const SymInt& a, const SymInt& b) { return Size(Min(a, b)); });
}
Result<RuleResult> NotRule(RuleCall& call) {
  CONFORMANCE_TRY(const SymInt a, SizeArg(call, 0));
  return Truth(Eq(a, 0));
}

}  // namespace

const OpDef& OperatorAddOp() {
  static const OpDef op = MakeOp("_operator::add(Scalar a, Scalar b) -> SymInt", AddRule);
  return op;
}

const OpDef& OperatorSubOp() {
  static const OpDef op = MakeOp("_operator::sub(Scalar a, Scalar b) -> SymInt", SubRule);
  return op;
}

const OpDef& OperatorMulOp() {
  static const OpDef op = MakeOp("_operator::mul(Scalar a, Scalar b) -> SymInt", MulRule);
  return op;
}

const OpDef& OperatorFloordivOp() {
  static const OpDef op = MakeOp("_operator::floordiv(Scalar a, Scalar b) -> SymInt", FloordivRule);
  return op;
}

const OpDef& OperatorModOp() {
  static const OpDef op = MakeOp("_operator::mod(Scalar a, Scalar b) -> SymInt", ModRule);
  return op;
}

const OpDef& OperatorNegOp() {
  static const OpDef op = MakeOp("_operator::neg(Scalar a) -> SymInt", NegRule);
  return op;
}

const OpDef& OperatorPowOp() {
  static const OpDef op = MakeOp("_operator::pow(Scalar a, Scalar b) -> SymInt", PowRule);
  return op;
}

const OpDef& OperatorTruedivOp() {
  static const OpDef op = MakeOp("_operator::truediv(Scalar a, Scalar b) -> float", TruedivRule);
  return op;
}

const OpDef& OperatorEqOp() {
  static const OpDef op = MakeOp("_operator::eq(Scalar a, Scalar b) -> bool", EqRule);
  return op;
}

const OpDef& OperatorNeOp() {
  static const OpDef op = MakeOp("_operator::ne(Scalar a, Scalar b) -> bool", NeRule);
  return op;
}

const OpDef& OperatorLtOp() {
  static const OpDef op = MakeOp("_operator::lt(Scalar a, Scalar b) -> bool", LtRule);
  return op;
}

const OpDef& OperatorLeOp() {
  static const OpDef op = MakeOp("_operator::le(Scalar a, Scalar b) -> bool", LeRule);
  return op;
}

const OpDef& OperatorGtOp() {
  static const OpDef op = MakeOp("_operator::gt(Scalar a, Scalar b) -> bool", GtRule);
  return op;
}

const OpDef& OperatorGeOp() {
  static const OpDef op = MakeOp("_operator::ge(Scalar a, Scalar b) -> bool", GeRule);
  return op;
}

const OpDef& SymMaxOp() {
  static const OpDef op = MakeOp("torch::sym_max(Scalar a, Scalar b) -> SymInt", MaxRule);
  return op;
}

const OpDef& SymMinOp() {
  static const OpDef op = MakeOp("torch::sym_min(Scalar a, Scalar b) -> SymInt", MinRule);
  return op;
}

const OpDef& SymNotOp() {
  static const OpDef op = MakeOp("torch::sym_not(Scalar a) -> bool", NotRule);
  return op;
}

const OpDef& SymFloatOp() {
  static const OpDef op = MakeOp("torch::sym_float(Scalar a) -> float", FloatRule);
  return op;
}

}  // namespace conformance::ops
