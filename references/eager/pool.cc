// Pooling over the last two axes.
#include <algorithm>
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// answer(plane [h, w], y, x) for each place of each plane.
template <typename T, typename Answer>
Outputs EachPlace(const KernelCall& call, const Answer& answer) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
  const Shape shape = call.out_shape();
  const int64_t height = shape[shape.size() - 2], width = shape.back(), area = x.dim(-2) * x.dim(-1);
  const Tensor out = Tensor::Empty(kDTypeOf<T>, shape);
  T* to = out.mutable_data<T>();
  const int64_t planes = height * width == 0 ? 0 : out.num_elements() / (height * width);
  for (int64_t plane = 0; plane < planes; ++plane) {
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t place = 0; place < width; ++place) *to++ = answer(x.data<T>() + plane * area, y, place);
    }
  }
  return std::vector<Tensor>{Stored(call, out)};
}

struct Pair {
  int64_t y, x;
};
Pair Both(const std::vector<int64_t>& given, Pair otherwise) {
  return given.empty() ? otherwise : Pair{given.front(), given.back()};
}

}  // namespace

Outputs MaxPool2d(const KernelCall& call) {
  const Pair size = Both(call.integers(1), {1, 1}), stride = Both(call.integers(2), size);
  const Pair padding = Both(call.integers(3), {0, 0}), dilation = Both(call.integers(4), {1, 1});
  const int64_t height = call.tensor(0).dim(-2), width = call.tensor(0).dim(-1);
  return WithCompute(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    return EachPlace<T>(call, [&](const T* plane, int64_t y, int64_t x) {
      T best = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
      for (int64_t ky = 0; ky < size.y; ++ky) {
        const int64_t from_y = y * stride.y - padding.y + ky * dilation.y;
        if (from_y < 0 || from_y >= height) continue;
        for (int64_t kx = 0; kx < size.x; ++kx) {
          const int64_t from_x = x * stride.x - padding.x + kx * dilation.x;
          if (from_x < 0 || from_x >= width) continue;
          const T value = plane[from_y * width + from_x];
          if (value > best || value != value) best = value;
        }
      }
      return best;
    });
  });
}

Outputs AdaptiveAvgPool2d(const KernelCall& call) {
  const int64_t height = call.tensor(0).dim(-2), width = call.tensor(0).dim(-1);
  const Shape shape = call.out_shape();
  const int64_t out_height = shape[shape.size() - 2], out_width = shape.back();
  // Place i of n covers [floor(i·size/n), ceil((i + 1)·size/n)).
  const auto begin = [](int64_t i, int64_t size, int64_t n) { return i * size / n; };
  const auto end = [](int64_t i, int64_t size, int64_t n) { return ((i + 1) * size + n - 1) / n; };
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    return EachPlace<T>(call, [&](const T* plane, int64_t y, int64_t x) {
      const int64_t top = begin(y, height, out_height), bottom = end(y, height, out_height);
      const int64_t left = begin(x, width, out_width), right = end(x, width, out_width);
      std::vector<T> window;
      for (int64_t row = top; row < bottom; ++row) {
        window.insert(window.end(), plane + row * width + left, plane + row * width + right);
      }
      Summation<T> summation(call, static_cast<int64_t>(window.size()));
      return summation.Sum(window.data()) / static_cast<T>(window.size());
    });
  });
}

}  // namespace conformance::eager
