#include "exporters/onnx/lower/unary.h"

#include <cmath>
#include <limits>

namespace conformance::onnx {

Result<Outputs> LowerNeg(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return x.dtype == DType::kU8 ? g.Op("Sub", {g.Const(0, x), x}) : g.Op("Neg", {x});
}

Result<Outputs> LowerRelu(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (IsFloating(x.dtype)) return g.Op("Relu", {x});
  return g.Op("Max", {x, g.Const(0, x)});  // runtimes lack Relu of integers
}

Result<Outputs> LowerRsqrt(const Call& call, Graph& g) {
  return g.Op("Reciprocal", {g.Op("Sqrt", {g.Cast(call.Tensor("self"), call.OutputDType())})});
}

Result<Outputs> LowerSquare(const Call& call, Graph& g) {
  const Value x = g.Cast(call.Tensor("self"), call.OutputDType());
  return g.Op("Mul", {x, x});
}

// The sign of NaN is 0 in PyTorch.
Result<Outputs> LowerSign(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.dtype == DType::kBool) return x;
  const Value sign = g.Op("Sign", {x});
  return IsFloating(x.dtype) ? g.Op("Where", {g.Op("IsNaN", {x}), g.Const(0, x), sign}) : sign;
}

Result<Outputs> LowerSilu(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Op("Mul", {x, g.Op("Sigmoid", {x})});
}

Result<Outputs> LowerGelu(const Call& call, Graph& g) {
  return g.Op("Gelu", {call.Tensor("self")}, {{"approximate", call.String("approximate")}});
}

Result<Outputs> LowerRelu6(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Op("Clip", {x, g.Const(0, x), g.Const(6, x)});
}

Result<Outputs> LowerHardsigmoid(const Call& call, Graph& g) {
  return g.Op("HardSigmoid", {call.Tensor("self")}, {{"alpha", 1.0 / 6}, {"beta", 0.5}});
}

Result<Outputs> LowerHardtanh(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Op("Clip", {x, call.Operand("min_val", x.dtype), call.Operand("max_val", x.dtype)});
}

// log(1 + exp(beta · x)) / beta, and x itself beyond the threshold.
Result<Outputs> LowerSoftplus(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const double beta = call.Number("beta"), threshold = call.Number("threshold");
  const Value scaled = beta == 1 ? x : g.Op("Mul", {x, g.Const(beta, x)});
  Value y = g.Op("Softplus", {scaled});
  if (beta != 1) y = g.Op("Div", {y, g.Const(beta, x)});
  if (threshold >= 20) return y;  // no float of ours tells the two apart there
  return g.Op("Where", {g.Op("Greater", {scaled, g.Const(threshold, x)}), x, y});
}

Result<Outputs> LowerLeakyRelu(const Call& call, Graph& g) {
  return g.Op("LeakyRelu", {call.Tensor("self")}, {{"alpha", call.Number("negative_slope")}});
}

Result<Outputs> LowerElu(const Call& call, Graph& g) {
  if (call.Number("scale") != 1 || call.Number("input_scale") != 1) return call.Refused("with a scale");
  return g.Op("Elu", {call.Tensor("self")}, {{"alpha", call.Number("alpha")}});
}

// Serves clamp (min and max), clamp_min (min) and clamp_max (max).
Result<Outputs> LowerClamp(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  Value low, high;
  if (call.Has("min") && !call.IsNone("min")) low = call.Operand("min", dtype);
  if (call.Has("max") && !call.IsNone("max")) high = call.Operand("max", dtype);
  return g.Op("Clip", {g.Cast(call.Tensor("self"), dtype), low, high});
}

Result<Outputs> LowerClampTensor(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  Value y = g.Cast(call.Tensor("self"), dtype);
  if (!call.IsNone("min")) y = g.Op("Max", {y, call.Operand("min", dtype)});
  if (!call.IsNone("max")) y = g.Op("Min", {y, call.Operand("max", dtype)});
  return y;
}

Result<Outputs> LowerLogicalNot(const Call& call, Graph& g) { return g.Op("Not", {g.Cast(call.Tensor("self"), DType::kBool)}); }

Result<Outputs> LowerBitwiseNot(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.dtype == DType::kBool) return g.Op("Not", {x});
  if (g.Opset() >= 18) return g.Op("BitwiseNot", {x});
  if (x.dtype == DType::kU8) return g.Op("Sub", {g.Const(255, x), x});
  return g.Op("Sub", {g.Const(-1, x), x});  // two's complement
}

Result<Outputs> LowerIsnan(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (IsFloating(x.dtype)) return g.Op("IsNaN", {g.AtLeast(x, DType::kF32)});
  return g.Op("Not", {g.Op("Equal", {x, x})});
}

Result<Outputs> LowerIsinf(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (IsFloating(x.dtype)) return g.Op("IsInf", {g.AtLeast(x, DType::kF32)});
  return g.Op("Not", {g.Op("Equal", {x, x})});
}

}  // namespace conformance::onnx
