#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// A tensor whose rows are what is reduced, and the sizes of the result.
struct Reduction {
  Array rows;  ///< [result, reduced], whatever its sizes say
  int64_t result = 1, reduced = 1;
  Shape dims;
};

/// `axes` of x as rows; with keepdims they stay with size 1. Axes are those of NormalAxes.
Result<Reduction> RowsOf(const Call& call, const Array& x, const std::vector<int64_t>& axes, bool keepdims);

}  // namespace conformance::onnx_reference
