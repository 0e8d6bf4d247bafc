#pragma once

#include <cstdint>

#include "framework/formats/onnx.h"

/// Floating-point types of a byte and less, by their codes. Sources: ONNX docs "Float stored in 8 bits" (Micikevicius et al.,
/// arXiv:2209.05433; Noune et al., arXiv:2206.02915 for the FNUZ kinds) and the OCP Microscaling Formats specification 1.0.
namespace conformance::formats {

/// The value of a code; NaN where it means none.
float DecodeSmallFloat(OnnxElem elem, uint8_t code);
/// The code nearest to `value`, ties to even. Beyond the largest number: that number with `saturate`, else infinity or NaN, as the type
/// has one. float4e2m1 and the float6 kinds have neither: they always saturate, and NaN is -0.
uint8_t EncodeSmallFloat(OnnxElem elem, double value, bool saturate);

/// How a type is made.
struct SmallFloat {
  int exponent_bits = 0, mantissa_bits = 0, bias = 0;
  bool infinity = false;      ///< e5m2: the highest exponent is infinity and NaN, as IEEE 754 has it
  bool nan_all_ones = false;  ///< e4m3fn: only the code of all ones is NaN
  bool nan_negative_zero = false;  ///< FNUZ: the code of -0 is NaN, there is no -0
};
/// e8m0 is not one of them: it has no sign and no zero.
SmallFloat SmallFloatOf(OnnxElem elem);

}  // namespace conformance::formats
