#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// Numbers rounded to nearest, ties to even, and held within the type's range; floats of 8 bits and less as Cast
/// rounds them. `wide` is f64.
Result<Array> Saturated(const Call& call, const Array& wide, Elem elem, bool saturate = true);
/// Ties to even, whatever the processor's rounding mode is.
double RoundToEven(double value);

}  // namespace conformance::onnx_reference
