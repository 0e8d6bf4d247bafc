#include <cmath>
#include <limits>
#include <numbers>

#include "exporters/onnx/lower/compose.h"

namespace conformance::onnx {
namespace {

Value Self(const Call& call, Graph& g) { return g.Cast(call.Tensor("self"), call.OutputDType()); }

Result<Outputs> LogTo(const Call& call, Graph& g, double base) {
  const Value y = g.Op("Log", {g.AtLeast(Self(call, g), DType::kF32)});
  return g.Cast(g.Op("Mul", {y, g.Const(1 / std::log(base), y)}), call.OutputDType());
}

double Largest(DType dtype) {
  switch (dtype) {
    case DType::kF64: return std::numeric_limits<double>::max();
    case DType::kF16: return 65504;
    case DType::kBF16: return 0x1.fep127;
    default: return std::numeric_limits<float>::max();
  }
}

}  // namespace

Result<Outputs> LowerExpm1(const Call& call, Graph& g) {
  const Value y = g.Op("Exp", {g.AtLeast(Self(call, g), DType::kF32)});
  return g.Cast(g.Op("Sub", {y, g.Const(1, y)}), call.OutputDType());
}
Result<Outputs> LowerExp2(const Call& call, Graph& g) {
  const Value x = Self(call, g);
  return g.Op("Pow", {g.Const(2, x), x});
}
Result<Outputs> LowerLog1p(const Call& call, Graph& g) {
  const Value x = g.AtLeast(Self(call, g), DType::kF32);
  return g.Cast(g.Op("Log", {g.Op("Add", {x, g.Const(1, x)})}), call.OutputDType());
}
Result<Outputs> LowerLog2(const Call& call, Graph& g) { return LogTo(call, g, 2); }
Result<Outputs> LowerLog10(const Call& call, Graph& g) { return LogTo(call, g, 10); }

Result<Outputs> LowerErfc(const Call& call, Graph& g) {
  const Value y = g.Op("Erf", {g.AtLeast(Self(call, g), DType::kF32)});
  return g.Cast(g.Op("Sub", {g.Const(1, y), y}), call.OutputDType());
}

Result<Outputs> LowerTrunc(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (!IsFloating(x.dtype)) return x;
  return g.Op("Where", {g.Op("Less", {x, g.Const(0, x)}), g.Op("Ceil", {x}), g.Op("Floor", {x})});
}

// atan(a / b), turned by half a circle left of the vertical axis; on it a quarter. The sign of a zero is not told apart.
Result<Outputs> LowerAtan2(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  const Value a = g.AtLeast(call.Operand("self", dtype), DType::kF32), b = g.AtLeast(call.Operand("other", dtype), DType::kF32);
  const Value zero = g.Const(0, a), half = g.Const(std::numbers::pi, a);
  const Value angle = g.Op("Atan", {g.Op("Div", {a, b})});
  const Value turned = g.Op("Where", {g.Op("Less", {a, zero}), g.Op("Sub", {angle, half}), g.Op("Add", {angle, half})});
  const Value sided = g.Op("Where", {g.Op("Less", {b, zero}), turned, angle});
  const Value none = g.Op("And", {g.Op("Equal", {a, zero}), g.Op("Equal", {b, zero})});  // 0 / 0
  return g.Cast(g.Op("Where", {none, zero, sided}), dtype);
}

Result<Outputs> LowerFmod(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  return g.Op("Mod", {call.Operand("self", dtype), call.Operand("other", dtype)}, {{"fmod", 1}});
}

Result<Outputs> LowerIsfinite(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (!IsFloating(x.dtype)) return g.Op("Equal", {x, x});
  const Value wide = g.AtLeast(x, DType::kF32);
  return g.Op("Not", {g.Op("Or", {g.Op("IsNaN", {wide}), g.Op("IsInf", {wide})})});
}

// alpha · elu(x / alpha) is x above 0.
Result<Outputs> LowerCelu(const Call& call, Graph& g) {
  const double alpha = call.Number("alpha");
  if (alpha < 0) return call.Refused("with an alpha below 0");
  const Value x = call.Tensor("self");
  if (alpha == 1) return g.Op("Elu", {x});
  return g.Op("Mul", {g.Op("Elu", {g.Op("Div", {x, g.Const(alpha, x)})}), g.Const(alpha, x)});
}

Result<Outputs> LowerHardshrink(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const double lambda = call.Number("lambd");
  const Value inside = g.Op("And", {g.Op("LessOrEqual", {x, g.Const(lambda, x)}), g.Op("GreaterOrEqual", {x, g.Const(-lambda, x)})});
  return g.Op("Where", {inside, g.Const(0, x), x});
}

Result<Outputs> LowerThreshold(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Op("Where", {g.Op("LessOrEqual", {x, call.Operand("threshold", x.dtype)}), call.Operand("value", x.dtype), x});
}

Result<Outputs> LowerLogSigmoid(const Call& call, Graph& g) {
  const Value x = g.AtLeast(call.Tensor("self"), DType::kF32);
  return g.Cast(g.Op("Neg", {g.Op("Softplus", {g.Op("Neg", {x})})}), call.OutputDType());
}

Result<Outputs> LowerNanToNum(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (!IsFloating(x.dtype)) return x;
  const auto number = [&](std::string_view name, double otherwise) { return g.Const(call.IsNone(name) ? otherwise : call.Number(name), x); };
  const double infinity = std::numeric_limits<double>::infinity();
  Value y = g.Op("Where", {g.Op("IsNaN", {g.AtLeast(x, DType::kF32)}), number("nan", 0), x});
  y = g.Op("Where", {g.Op("Equal", {x, g.Const(infinity, x)}), number("posinf", Largest(x.dtype)), y});
  return g.Op("Where", {g.Op("Equal", {x, g.Const(-infinity, x)}), number("neginf", -Largest(x.dtype)), y});
}

Result<Outputs> LowerPrelu(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  Value weight = call.Tensor("weight");
  if (weight.rank() == 1 && x.rank() > 2) {
    std::vector<int64_t> axes;
    for (int64_t axis = 1; axis < x.rank() - 1; ++axis) axes.push_back(axis);
    weight = g.Unsqueeze(weight, std::move(axes));  // [c, 1, …]
  }
  return g.Op("Where", {g.Op("Greater", {x, g.Const(0, x)}), x, g.Op("Mul", {weight, x})});
}

Result<Outputs> LowerGlu(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  const Size half = [&]() -> Size {
    if (const auto number = call.OutputSizes()[static_cast<size_t>(axis)].AsInt()) return *number;
    return g.Op("Div", {g.Dim(x, axis), g.Ints({2})});
  }();
  const Value first = g.Slice(x, axis, 0, half), second = g.Slice(x, axis, half, INT64_MAX);
  return g.Op("Mul", {first, g.Op("Sigmoid", {second})});
}

Result<Outputs> LowerLerp(const Call& call, Graph& g) {
  const Value a = call.Tensor("self");
  return g.Op("Add", {a, g.Op("Mul", {call.Operand("weight", a.dtype), g.Op("Sub", {call.Tensor("end"), a})})});
}

namespace {

Result<Outputs> AddCombined(const Call& call, Graph& g, const char* type) {
  const DType dtype = call.OutputDType();
  Value term = call.Operand("tensor1", dtype);
  if (call.Literal("value") != 1.0) term = g.Op("Mul", {call.Operand("value", dtype), term});
  return g.Op("Add", {call.Operand("self", dtype), g.Op(type, {term, call.Operand("tensor2", dtype)})});
}

}  // namespace

Result<Outputs> LowerAddcmul(const Call& call, Graph& g) { return AddCombined(call, g, "Mul"); }
Result<Outputs> LowerAddcdiv(const Call& call, Graph& g) { return AddCombined(call, g, "Div"); }

}  // namespace conformance::onnx
