#pragma once

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
  const size_t rank = window.rank();
  std::vector<int64_t> tap(rank, 0);
  for (int64_t k = 0; k < window.kernel_count; ++k) {
    int64_t at = 0;
    bool inside = true;
    for (size_t axis = 0; axis < rank && inside; ++axis) {
      const int64_t place = index[axis] * window.stride[axis] - window.before[axis] + tap[axis] * window.dilation[axis];
      inside = place >= 0 && place < window.in[axis];
      at = at * window.in[axis] + place;
    }
    if (inside) f(at, k);
    for (size_t axis = rank; axis-- > 0;) {
      if (++tap[axis] < window.kernel[axis]) break;
      tap[axis] = 0;
    }
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
