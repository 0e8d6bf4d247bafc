#pragma once

#include "exporters/onnx/lower/call.h"
#include "exporters/onnx/lower/fixed_string.h"

namespace conformance::onnx {

/// A reduction over `dim` (absent or empty: all axes), in the type of the result.
Result<Outputs> LowerReduction(const Call& call, Graph& g, std::string_view type);
template <FixedString kType>
Result<Outputs> LowerReduce(const Call& call, Graph& g) {
  return LowerReduction(call, g, kType.view());
}
/// amax, amin, max and min of a whole tensor: truth values pass through integers.
Result<Outputs> LowerAmax(const Call& call, Graph& g);
Result<Outputs> LowerAmin(const Call& call, Graph& g);
Result<Outputs> LowerMaxDim(const Call& call, Graph& g);  ///< values and positions
Result<Outputs> LowerMinDim(const Call& call, Graph& g);
Result<Outputs> LowerArgmax(const Call& call, Graph& g);
Result<Outputs> LowerArgmin(const Call& call, Graph& g);
Result<Outputs> LowerAny(const Call& call, Graph& g);
Result<Outputs> LowerAll(const Call& call, Graph& g);
Result<Outputs> LowerCumsum(const Call& call, Graph& g);
Result<Outputs> LowerSoftmax(const Call& call, Graph& g);
Result<Outputs> LowerSafeSoftmax(const Call& call, Graph& g);
Result<Outputs> LowerLogSoftmax(const Call& call, Graph& g);
Result<Outputs> LowerTopk(const Call& call, Graph& g);
Result<Outputs> LowerSort(const Call& call, Graph& g);

}  // namespace conformance::onnx
