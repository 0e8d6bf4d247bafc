#include "exporters/onnx/lower/binary.h"

namespace conformance::onnx {
namespace {

struct Pair {
  Value a, b;
};
// Both operands in the type of the result, which is the type that PyTorch computes in.
Pair Operands(const Call& call, std::string_view a = "self", std::string_view b = "other") {
  return {call.Operand(a, call.OutputDType()), call.Operand(b, call.OutputDType())};
}

// alpha · x
Value Scaled(const Call& call, Graph& g, const Value& x) {
  const auto alpha = call.Literal("alpha");
  if (alpha && *alpha == 1) return x;
  return g.Op("Mul", {x, call.Operand("alpha", x.dtype)});
}

// Where fmod's remainder has the other sign than the divisor, Python's differs by one divisor.
Value OtherSign(Graph& g, const Value& remainder, const Value& divisor) {
  const Value zero = g.Const(0, divisor);
  const Value signs = g.Op("Xor", {g.Op("Less", {remainder, zero}), g.Op("Less", {divisor, zero})});
  return g.Op("And", {g.Op("Not", {g.Op("Equal", {remainder, zero})}), signs});
}
Value RemainderOf(Graph& g, const Value& a, const Value& b) {
  if (!IsFloating(a.dtype)) return g.Op("Mod", {a, b});
  const Value remainder = g.Op("Mod", {a, b}, {{"fmod", 1}});
  return g.Op("Where", {OtherSign(g, remainder, b), g.Op("Add", {remainder, b}), remainder});
}

// As PyTorch computes it: (a − fmod(a, b)) / b is a whole number up to rounding, one too large where the signs differ.
Value FloorDivide(Graph& g, const Value& a, const Value& b) {
  if (!IsFloating(a.dtype)) return FloorDivInts(g, a, b);
  const Value remainder = g.Op("Mod", {a, b}, {{"fmod", 1}});
  const Value quotient = g.Op("Div", {g.Op("Sub", {a, remainder}), b});
  const Value lower = g.Op("Where", {OtherSign(g, remainder, b), g.Op("Sub", {quotient, g.Const(1, a)}), quotient});
  return g.Op("Where", {g.Op("Equal", {b, g.Const(0, b)}), g.Op("Div", {a, b}), g.Op("Round", {lower})});
}

// Pow knows no integers below 32 bits.
Value Power(Graph& g, const Value& base, const Value& exponent) {
  const bool narrow = !IsFloating(base.dtype) && ByteSize(base.dtype) < ByteSize(DType::kI32);
  if (!narrow) return g.Op("Pow", {base, exponent});
  return g.Cast(g.Op("Pow", {g.Cast(base, DType::kI32), g.Cast(exponent, DType::kI32)}), base.dtype);
}

}  // namespace

Value FloorDivInts(Graph& g, const Value& a, const Value& b) { return g.Op("Div", {g.Op("Sub", {a, g.Op("Mod", {a, b})}), b}); }

Result<Outputs> LowerAdd(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  if (a.dtype == DType::kBool) return g.Op("Or", {a, b});
  return g.Op("Add", {a, Scaled(call, g, b)});
}

Result<Outputs> LowerSub(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return g.Op("Sub", {a, Scaled(call, g, b)});
}

Result<Outputs> LowerRsub(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return g.Op("Sub", {b, Scaled(call, g, a)});
}

Result<Outputs> LowerMul(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return g.Op(a.dtype == DType::kBool ? "And" : "Mul", {a, b});
}

Result<Outputs> LowerDiv(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return g.Op("Div", {a, b});
}

Result<Outputs> LowerDivMode(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  if (call.IsNone("rounding_mode")) return g.Op("Div", {a, b});
  if (call.String("rounding_mode") == "floor") return FloorDivide(g, a, b);
  const Value quotient = g.Op("Div", {a, b});
  if (!IsFloating(a.dtype)) return quotient;  // ONNX's integer division truncates
  return g.Op("Where", {g.Op("Less", {quotient, g.Const(0, quotient)}), g.Op("Ceil", {quotient}), g.Op("Floor", {quotient})});
}

Result<Outputs> LowerFloorDivide(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return FloorDivide(g, a, b);
}

Result<Outputs> LowerRemainder(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return RemainderOf(g, a, b);
}

Result<Outputs> LowerPow(const Call& call, Graph& g) {
  const Value x = call.Operand("self", call.OutputDType());
  // PyTorch computes these by multiplication and roots, and so do we: Pow may differ in the last place.
  if (const auto exponent = call.Literal("exponent")) {
    if (*exponent == 1) return x;
    if (*exponent == 2) return g.Op("Mul", {x, x});
    if (*exponent == 3) return g.Op("Mul", {g.Op("Mul", {x, x}), x});
    if (IsFloating(x.dtype)) {
      const bool rooted = x.dtype != DType::kF16;  // PyTorch takes roots in all types but this one: −∞ tells them apart
      if (rooted && *exponent == 0.5) return g.Op("Sqrt", {x});
      if (rooted && *exponent == -0.5) return g.Op("Reciprocal", {g.Op("Sqrt", {x})});
      if (*exponent == -1) return g.Op("Reciprocal", {x});
      if (*exponent == -2) return g.Op("Reciprocal", {g.Op("Mul", {x, x})});
    }
  }
  return Power(g, x, call.Operand("exponent", x.dtype));
}

Result<Outputs> LowerPowScalar(const Call& call, Graph& g) {
  const auto [base, exponent] = Operands(call, "self", "exponent");
  return Power(g, base, exponent);
}

Result<Outputs> LowerMaximum(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return g.Op(a.dtype == DType::kBool ? "Or" : "Max", {a, b});
}

Result<Outputs> LowerMinimum(const Call& call, Graph& g) {
  const auto [a, b] = Operands(call);
  return g.Op(a.dtype == DType::kBool ? "And" : "Min", {a, b});
}

}  // namespace conformance::onnx
