#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

// Of complex numbers a program that comes here has only transforms between its two views (rewrite::ComplexAsPairs): a value that the program
// calls complex is the tensor of its pairs, [..., 2], under the complex type.

/// view_as_complex and view_as_real: the same tensor.
Result<Outputs> LowerViewAsComplex(const Call& call, Graph& g);
Result<Outputs> LowerViewAsReal(const Call& call, Graph& g);
/// One transform for each axis, the last one that is named first, then the factor: ONNX's DFT for powers of two and long signals, else a
/// product with a matrix of waves.
Result<Outputs> LowerFftR2c(const Call& call, Graph& g);
Result<Outputs> LowerFftC2c(const Call& call, Graph& g);

/// Of real tensors, which are their own real parts and conjugates: the same tensor.
Result<Outputs> LowerOwnPart(const Call& call, Graph& g);
/// angle of a real tensor: 0 or π; NaN stays.
Result<Outputs> LowerRealAngle(const Call& call, Graph& g);

}  // namespace conformance::onnx
