#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

// Of complex numbers a program that comes here has only transforms between its two views (rewrite::ComplexAsPairs): a value that the program
// calls complex is the tensor of its pairs, [..., 2], under the complex type.

/// view_as_complex and view_as_real: the same tensor.
Result<Outputs> LowerViewAsComplex(const Call& call, Graph& g);
Result<Outputs> LowerViewAsReal(const Call& call, Graph& g);
/// One DFT for each axis, the last one that is named first, then the factor.
Result<Outputs> LowerFftR2c(const Call& call, Graph& g);
Result<Outputs> LowerFftC2c(const Call& call, Graph& g);

}  // namespace conformance::onnx
