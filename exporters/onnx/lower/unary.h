#pragma once

#include "exporters/onnx/lower/call.h"
#include "exporters/onnx/lower/fixed_string.h"

namespace conformance::onnx {

/// y = Type(x), computed in the type of y.
template <FixedString kType>
Result<Outputs> LowerUnary(const Call& call, Graph& g) {
  return g.Op(kType.view(), {g.Cast(call.Tensor("self"), call.OutputDType())});
}
/// The same for operators that have no bf16: halves pass through f32.
template <FixedString kType>
Result<Outputs> LowerWideUnary(const Call& call, Graph& g) {
  return g.Cast(g.Op(kType.view(), {g.AtLeast(g.Cast(call.Tensor("self"), call.OutputDType()), DType::kF32)}), call.OutputDType());
}
/// The same for operators that do nothing to integers (floor, ceil, round).
template <FixedString kType>
Result<Outputs> LowerRounding(const Call& call, Graph& g) {
  if (!IsFloating(call.OutputDType())) return call.Tensor("self");
  return g.Op(kType.view(), {call.Tensor("self")});
}

Result<Outputs> LowerNeg(const Call& call, Graph& g);
Result<Outputs> LowerRelu(const Call& call, Graph& g);
Result<Outputs> LowerRsqrt(const Call& call, Graph& g);
Result<Outputs> LowerSquare(const Call& call, Graph& g);
Result<Outputs> LowerSign(const Call& call, Graph& g);
Result<Outputs> LowerSilu(const Call& call, Graph& g);
Result<Outputs> LowerGelu(const Call& call, Graph& g);
Result<Outputs> LowerRelu6(const Call& call, Graph& g);
Result<Outputs> LowerHardsigmoid(const Call& call, Graph& g);
Result<Outputs> LowerHardtanh(const Call& call, Graph& g);
Result<Outputs> LowerSoftplus(const Call& call, Graph& g);
Result<Outputs> LowerLeakyRelu(const Call& call, Graph& g);
Result<Outputs> LowerElu(const Call& call, Graph& g);
Result<Outputs> LowerClamp(const Call& call, Graph& g);
Result<Outputs> LowerClampTensor(const Call& call, Graph& g);
Result<Outputs> LowerLogicalNot(const Call& call, Graph& g);
Result<Outputs> LowerBitwiseNot(const Call& call, Graph& g);
Result<Outputs> LowerIsnan(const Call& call, Graph& g);
Result<Outputs> LowerIsinf(const Call& call, Graph& g);

}  // namespace conformance::onnx
