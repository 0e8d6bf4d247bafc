#pragma once

#include "exporters/onnx/lower/call.h"
#include "exporters/onnx/lower/fixed_string.h"

namespace conformance::onnx {

/// Sizes are i64[1] values, ready to stand in a shape.
Result<Outputs> LowerSymSize(const Call& call, Graph& g);
Result<Outputs> LowerSizeArithmetic(const Call& call, Graph& g, std::string_view type);
template <FixedString kType>
Result<Outputs> LowerSizes(const Call& call, Graph& g) {
  return LowerSizeArithmetic(call, g, kType.view());
}
Result<Outputs> LowerSizeFloordiv(const Call& call, Graph& g);
Result<Outputs> LowerSizeNeg(const Call& call, Graph& g);

}  // namespace conformance::onnx
