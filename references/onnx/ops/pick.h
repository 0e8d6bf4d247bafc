#pragma once

#include "references/onnx/call.h"

/// Moving elements by their places, whatever their type.
namespace conformance::onnx_reference {

/// out[i, j, …] = x[picks[0][i], picks[1][j], …], one list for each axis of x; -1 takes `fill` (of x's type; null: zero, "", false).
Result<Array> Pick(const Call& call, const Array& x, const std::vector<std::vector<int64_t>>& picks, const Array* fill = nullptr);
/// 0, 1, …, size - 1.
std::vector<int64_t> Everything(int64_t size);
/// out of size `dims`, whose element at index i is x's at offset + Σ i[k] · strides[k].
Result<Array> Strided(const Call& call, const Array& x, Shape dims, const std::vector<int64_t>& strides, int64_t offset = 0);
/// Row-major strides in elements.
std::vector<int64_t> StridesOf(const Shape& dims);
/// Axes of the result are axes perm[…] of x. `perm` is a permutation.
Result<Array> Transposed(const Call& call, const Array& x, const std::vector<int64_t>& perm);
/// x broadcast to larger sizes.
Result<Array> Expanded(const Call& call, const Array& x, const Shape& dims);

/// A shape around an axis: [outer, size, inner].
struct Around {
  int64_t outer = 1, size = 1, inner = 1;
};
Around AroundAxis(const Shape& dims, int64_t axis);

}  // namespace conformance::onnx_reference
