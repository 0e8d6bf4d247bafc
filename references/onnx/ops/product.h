#pragma once

#include <cstdint>

namespace conformance::onnx_reference {

/// out [rows, columns] = a [rows, depth] · b [depth, columns], row-major. For float, double, and integers of 32 and 64 bits.
template <typename T>
void MultiplyInto(const T* a, const T* b, T* out, int64_t rows, int64_t depth, int64_t columns);

}  // namespace conformance::onnx_reference
