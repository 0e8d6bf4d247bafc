#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/onnx_tensor.h"

/// The elements of a model's tensors, one by one.
namespace conformance::formats {

/// Elements of 2, 4 or 6 bits as they are packed, the first in the low bits, to a byte each; the sign of int4 and int2 goes on.
void UnpackElements(OnnxElem elem, const std::byte* packed, int64_t count, uint8_t* out);
/// The way back. What a byte has beyond the element's bits is left out; the last byte is padded with 0.
std::vector<std::byte> PackElements(OnnxElem elem, const uint8_t* elements, int64_t count);

/// All elements as numbers, in order; of complex ones the real and the imaginary part by turns, none of strings. Integers beyond 2^53 lose digits.
/// Errors: kCorrupt for bytes that don't fit the sizes.
Result<std::vector<double>> NumbersOf(const OnnxTensor& tensor);

/// "UINT16[2, 3]".
std::string Describe(const OnnxTensor& tensor);
/// The same, "a sequence of 2", "an optional with FLOAT[3]", "nothing".
std::string Describe(const OnnxValue& value);

}  // namespace conformance::formats
