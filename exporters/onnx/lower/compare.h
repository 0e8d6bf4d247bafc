#pragma once

#include "exporters/onnx/lower/call.h"
#include "exporters/onnx/lower/fixed_string.h"

namespace conformance::onnx {

/// A comparison in the type that PyTorch promotes both operands to.
Result<Outputs> LowerComparison(const Call& call, Graph& g, std::string_view type);
template <FixedString kType>
Result<Outputs> LowerCompare(const Call& call, Graph& g) {
  return LowerComparison(call, g, kType.view());
}
Result<Outputs> LowerNotEqual(const Call& call, Graph& g);

/// Of truth values; integers with bits of their own for the bitwise ones.
Result<Outputs> LowerLogic(const Call& call, Graph& g, std::string_view type, std::string_view bitwise);
template <FixedString kType>
Result<Outputs> LowerLogical(const Call& call, Graph& g) {
  return LowerLogic(call, g, kType.view(), {});
}
template <FixedString kType, FixedString kBitwise>
Result<Outputs> LowerBitwise(const Call& call, Graph& g) {
  return LowerLogic(call, g, kType.view(), kBitwise.view());
}

}  // namespace conformance::onnx
