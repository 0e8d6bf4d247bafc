#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerAdd(const Call& call, Graph& g);
Result<Outputs> LowerSub(const Call& call, Graph& g);
Result<Outputs> LowerRsub(const Call& call, Graph& g);
Result<Outputs> LowerMul(const Call& call, Graph& g);
Result<Outputs> LowerDiv(const Call& call, Graph& g);
Result<Outputs> LowerDivMode(const Call& call, Graph& g);
Result<Outputs> LowerFloorDivide(const Call& call, Graph& g);
Result<Outputs> LowerRemainder(const Call& call, Graph& g);
Result<Outputs> LowerPow(const Call& call, Graph& g);        ///< Tensor_Tensor and Tensor_Scalar
Result<Outputs> LowerPowScalar(const Call& call, Graph& g);  ///< a number to the power of a tensor
Result<Outputs> LowerMaximum(const Call& call, Graph& g);
Result<Outputs> LowerMinimum(const Call& call, Graph& g);

/// Python's `//` and `%` of integers: towards minus infinity, sign of the divisor.
Value FloorDivInts(Graph& g, const Value& a, const Value& b);

}  // namespace conformance::onnx
