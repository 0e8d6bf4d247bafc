#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/product.h"
#include "references/onnx/ops/window.h"

namespace conformance::onnx_reference::kernels {
namespace {

constexpr size_t kMostAxes = 3;

/// The number at a place between elements, interpolated along each axis; what is outside counts as 0.
template <typename T>
T Between(const T* image, const std::vector<int64_t>& sizes, const T* place) {
  const size_t rank = sizes.size();
  T sum = 0;
  for (unsigned corner = 0; corner < 1U << rank; ++corner) {
    T weight = 1;
    int64_t at = 0;
    bool inside = true;
    for (size_t axis = 0; axis < rank && inside; ++axis) {
      // Also false where the place is NaN.
      inside = place[axis] > -1 && place[axis] < static_cast<T>(sizes[axis]);
      if (!inside) break;
      const T floor = std::floor(place[axis]), rest = place[axis] - floor;
      const bool upper = (corner >> axis & 1) != 0;
      const int64_t index = static_cast<int64_t>(floor) + (upper ? 1 : 0);
      inside = index >= 0 && index < sizes[axis];
      weight *= upper ? rest : 1 - rest;
      at = at * sizes[axis] + index;
    }
    if (inside) sum += weight * image[at];
  }
  return sum;
}

}  // namespace

/// A convolution whose taps move by `offset` [n, offset groups · taps · axes, o…] and count by `mask` [n, offset
/// groups · taps, o…]; X [n, c, d…], W [m,
/// c / group, k…] -> [n, m, o…]. Errors: kShape; kInvalid for groups that don't divide channels.
Outputs DeformConv(const Call& call) {
  const Array &x = call[0], &w = call[1], &offset = call[2];
  const Array *bias = call.Optional(3), *mask = call.Optional(4);
  CONFORMANCE_TRY(const int64_t group, call.Int("group", 1));
  CONFORMANCE_TRY(const int64_t offset_group, call.Int("offset_group", 1));
  const bool fits = x.rank() >= 3 && x.rank() - 2 <= static_cast<int64_t>(kMostAxes) &&
                    w.rank() == x.rank() && group >= 1 && group <= std::max<int64_t>(w.dim(0), 1) &&
                    w.dim(0) % group == 0 && x.dim(1) % group == 0 && x.dim(1) / group == w.dim(1);
  if (!fits) {
    return ShapeError("weights that don't fit the input")
        .With("found", Describe(w) + " and " + Describe(x))
        .With("wanted", "[m, c / group, kernel…], m a multiple of group, of 1 to " +
                            std::to_string(kMostAxes) + " axes");
  }
  const int64_t channels = x.dim(1), outputs = w.dim(0);
  if (offset_group < 1 || channels % offset_group != 0)
    return Invalid("an offset_group that doesn't divide the channels")
        .With("found", std::to_string(offset_group))
        .With("wanted", "a divisor of " + std::to_string(channels));
  const std::vector<int64_t> kernel(w.dims().begin() + 2, w.dims().end());
  CONFORMANCE_TRY(const std::vector<int64_t> declared, call.Ints("kernel_shape", kernel));
  if (declared != kernel)
    return ShapeError("a kernel_shape that isn't the weights'")
        .With("found", ShapeText(declared))
        .With("wanted", ShapeText(kernel));
  CONFORMANCE_TRY(const Window window, WindowOf(call, x, kernel, false));
  const auto rank = static_cast<int64_t>(window.rank());
  const auto sizes_of = [&](int64_t each) {
    Shape dims = {x.dim(0), offset_group * each};
    dims.insert(dims.end(), window.out.begin(), window.out.end());
    return dims;
  };
  if (offset.dims() != sizes_of(window.kernel_count * rank))
    return ShapeError("offsets that don't fit")
        .With("found", Describe(offset))
        .With("wanted", ShapeText(sizes_of(window.kernel_count * rank)));
  if (mask != nullptr && mask->dims() != sizes_of(window.kernel_count))
    return ShapeError("a mask that doesn't fit")
        .With("found", Describe(*mask))
        .With("wanted", ShapeText(sizes_of(window.kernel_count)));
  if (bias != nullptr && bias->dims() != Shape{outputs})
    return ShapeError("a bias that doesn't fit")
        .With("found", Describe(*bias))
        .With("wanted", ShapeText(Shape{outputs}));
  Shape dims = {x.dim(0), outputs};
  dims.insert(dims.end(), window.out.begin(), window.out.end());
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), std::move(dims)));
  if (y.count() == 0) return y;
  const int64_t taps = window.kernel_count, places = window.out_count, in_channels = w.dim(1),
                out_channels = outputs / group, each = channels / offset_group;
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.dim(0), channels, taps, places, int64_t{1} << rank}));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.dim(0), w.count(), places}));
  CONFORMANCE_TRY(Array columns, call.New(x.elem(), x.store(), {channels, taps, places}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t n = 0; n < x.dim(0); ++n) {
      std::vector<int64_t> tap(window.rank(), 0);
      for (int64_t k = 0; k < taps; ++k, Advance(tap, kernel)) {
        std::vector<int64_t> index(window.rank(), 0);
        for (int64_t i = 0; i < places; ++i, Advance(index, window.out)) {
          for (int64_t c = 0; c < channels; ++c) {
            T place[kMostAxes];
            const int64_t first = n * offset_group + c / each;
            for (int64_t axis = 0; axis < rank; ++axis) {
              const auto a = static_cast<size_t>(axis);
              const int64_t regular =
                  index[a] * window.stride[a] - window.before[a] + tap[a] * window.dilation[a];
              place[a] =
                  static_cast<T>(regular) + offset.data<T>()[((first * taps + k) * rank + axis) * places + i];
            }
            T value = Between(x.data<T>() + (n * channels + c) * window.in_count, window.in, place);
            if (mask != nullptr) value *= mask->data<T>()[(first * taps + k) * places + i];
            columns.mutable_data<T>()[(c * taps + k) * places + i] = value;
          }
        }
      }
      for (int64_t g = 0; g < group; ++g) {
        T* to = y.mutable_data<T>() + (n * outputs + g * out_channels) * places;
        MultiplyInto(w.data<T>() + g * out_channels * in_channels * taps,
                     columns.data<T>() + g * in_channels * taps * places, to, out_channels,
                     in_channels * taps, places);
      }
      if (bias == nullptr) continue;
      for (int64_t m = 0; m < outputs; ++m) {
        T* to = y.mutable_data<T>() + (n * outputs + m) * places;
        std::for_each(to, to + places, [&](T& v) { v += bias->data<T>()[m]; });
      }
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
