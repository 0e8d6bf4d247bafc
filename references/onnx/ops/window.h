#pragma once

#include <algorithm>
#include <array>

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// How a kernel goes over the spatial axes of [n, c, spatial…].
struct Window {
  std::vector<int64_t> in, out;                    ///< sizes of the spatial axes
  std::vector<int64_t> kernel, stride, dilation;   ///< 1 or more
  std::vector<int64_t> before, after;              ///< padding
  int64_t in_count = 1, out_count = 1, kernel_count = 1;

  size_t rank() const { return in.size(); }
};

/// From the attributes kernel_shape (or `kernel`, where the weights say it), strides, dilations, pads, auto_pad and, with `ceiling`, ceil_mode. Errors:
/// kShape for a kernel that doesn't fit; kInvalid for attributes of another length or out of range.
Result<Window> WindowOf(const Call& call, const Array& x, std::vector<int64_t> kernel, bool ceiling);

/// Strides, dilations, kernel and pads alone: what a transposed convolution needs. `in` and `out` are left open.
Result<Window> WindowAttributes(const Call& call, size_t rank, std::vector<int64_t> kernel);

/// Calls f(place in the input, place in the kernel) for each element of the kernel that is inside at an output's place; rows of the spatial axes
/// in row-major order. `index` is the output's.
template <typename F>
void EachInside(const Window& window, const std::vector<int64_t>& index, F&& f) {
  constexpr size_t kMostAxes = 8;  // WindowAttributes sees to it
  const size_t rank = window.rank();
  std::array<int64_t, kMostAxes> start, first, last, tap;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t step = window.dilation[axis];
    start[axis] = index[axis] * window.stride[axis] - window.before[axis];
    first[axis] = start[axis] >= 0 ? 0 : (-start[axis] + step - 1) / step;
    last[axis] = std::min(window.kernel[axis], start[axis] >= window.in[axis] ? 0 : (window.in[axis] - 1 - start[axis]) / step + 1);
    if (first[axis] >= last[axis]) return;
    tap[axis] = first[axis];
  }
  while (true) {
    int64_t at = 0, number = 0;
    for (size_t axis = 0; axis < rank; ++axis) {
      at = at * window.in[axis] + start[axis] + tap[axis] * window.dilation[axis];
      number = number * window.kernel[axis] + tap[axis];
    }
    // The innermost axis in one go.
    const size_t inner = rank - 1;
    for (int64_t k = tap[inner]; k < last[inner]; ++k, at += window.dilation[inner], ++number) f(at, number);
    size_t axis = inner;
    while (axis > 0 && ++tap[axis - 1] == last[axis - 1]) {
      tap[axis - 1] = first[axis - 1];
      --axis;
    }
    if (axis == 0) return;
  }
}

/// The next index in row-major order.
inline void Advance(std::vector<int64_t>& index, const std::vector<int64_t>& sizes) {
  for (size_t axis = sizes.size(); axis-- > 0;) {
    if (++index[axis] < sizes[axis]) return;
    index[axis] = 0;
  }
}

}  // namespace conformance::onnx_reference
