// Pooling over the last one to three axes.
#include <algorithm>
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"
#include "references/eager/window.h"

namespace conformance::eager {
namespace {

/// Elements [begin, end) of each axis that one window covers, `step` apart.
struct Cover {
  int64_t begin[3], end[3], step[3];
};

/// answer(plane, cover, place among all of the output) for each place of each plane; cover_of(axis, place along it) -> [begin, end).
template <typename T, typename CoverOf, typename Answer>
void EachPlace(const Tensor& x, const Window& w, int64_t planes, const CoverOf& cover_of, const Answer& answer) {
  int64_t place = 0;
  for (int64_t plane = 0; plane < planes; ++plane) {
    const T* data = x.data<T>() + plane * w.area();
    Cover cover{{}, {}, {w.dilation[0], w.dilation[1], w.dilation[2]}};
    for (int64_t z = 0; z < w.out[0]; ++z) {
      cover_of(cover, 0, z);
      for (int64_t y = 0; y < w.out[1]; ++y) {
        cover_of(cover, 1, y);
        for (int64_t k = 0; k < w.out[2]; ++k) {
          cover_of(cover, 2, k);
          answer(data, cover, place++);
        }
      }
    }
  }
}

template <typename Visit>
void ForEach(const Window& w, const Cover& c, const Visit& visit) {
  for (int64_t z = c.begin[0]; z < c.end[0]; z += c.step[0]) {
    for (int64_t y = c.begin[1]; y < c.end[1]; y += c.step[1]) {
      for (int64_t x = c.begin[2]; x < c.end[2]; x += c.step[2]) visit((z * w.in[1] + y) * w.in[2] + x);
    }
  }
}

/// Sizes of a call whose output 0 has the window's places along its last axes.
Window Sizes(const KernelCall& call, int64_t axes) {
  Window w{};
  const Shape& in = call.tensor(0).shape();
  const Shape out = call.out_shape();
  FillAxes(std::vector<int64_t>(in.end() - axes, in.end()), axes, 1, w.in);
  FillAxes(std::vector<int64_t>(out.end() - axes, out.end()), axes, 1, w.out);
  FillAxes({1}, axes, 1, w.dilation);
  return w;
}

/// Arguments 1 to 3: kernel_size, stride (none: kernel_size), padding.
Window Pooling(const KernelCall& call, int64_t axes) {
  Window w = Sizes(call, axes);
  const std::vector<int64_t> stride = call.integers(2);
  FillAxes(call.integers(1), axes, 1, w.size);
  FillAxes(stride.empty() ? call.integers(1) : stride, axes, 1, w.stride);
  FillAxes(call.integers(3), axes, 0, w.padding);
  return w;
}

int64_t Planes(const Tensor& x, int64_t axes) {
  return NumElements(std::span(x.shape()).first(x.shape().size() - static_cast<size_t>(axes)));
}

/// The part of a window that lies inside the input, in steps of its dilation.
auto Inside(const Window& w) {
  return [&w](Cover& cover, int axis, int64_t place) {
    const int64_t start = place * w.stride[axis] - w.padding[axis], step = w.dilation[axis];
    cover.begin[axis] = start < 0 ? start + (-start + step - 1) / step * step : start;
    cover.end[axis] = std::min(w.in[axis], start + (w.size[axis] - 1) * step + 1);
  };
}

/// Place i of n covers [floor(i·size/n), ceil((i + 1)·size/n)).
auto Spread(const Window& w) {
  return [&w](Cover& cover, int axis, int64_t place) {
    const int64_t size = w.in[axis], n = w.out[axis];
    cover.begin[axis] = place * size / n;
    cover.end[axis] = ((place + 1) * size + n - 1) / n;
  };
}

/// The largest of each cover, and where it stands in its plane.
template <typename CoverOf>
Outputs Largest(const KernelCall& call, int64_t axes, const Window& w, const CoverOf& cover_of) {
  return WithCompute(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
    const bool positions = call.num_outputs() > 1;
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    const Tensor places = positions ? Tensor::Empty(DType::kI64, call.out_shape()) : Tensor();
    EachPlace<T>(x, w, Planes(x, axes), cover_of, [&](const T* plane, const Cover& cover, int64_t place) {
      T best = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
      int64_t stands = (cover.begin[0] * w.in[1] + cover.begin[1]) * w.in[2] + cover.begin[2];
      ForEach(w, cover, [&](int64_t i) {
        if (plane[i] > best || plane[i] != plane[i]) {
          best = plane[i];
          stands = i;
        }
      });
      out.mutable_data<T>()[place] = best;
      if (positions) places.mutable_data<int64_t>()[place] = stands;
    });
    std::vector<Tensor> outputs{Stored(call, out)};
    if (positions) outputs.push_back(places);
    return Outputs(std::move(outputs));
  });
}

/// Sum of each cover, divided by divisor(cover).
template <typename CoverOf, typename Divisor>
Outputs Averaged(const KernelCall& call, int64_t axes, const Window& w, const CoverOf& cover_of, const Divisor& divisor) {
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    std::vector<T> window;
    EachPlace<T>(x, w, Planes(x, axes), cover_of, [&](const T* plane, const Cover& cover, int64_t place) {
      window.clear();
      ForEach(w, cover, [&](int64_t i) { window.push_back(plane[i]); });
      Summation<T> summation(call, static_cast<int64_t>(window.size()));
      out.mutable_data<T>()[place] = summation.Sum(window.data()) / static_cast<T>(divisor(cover));
    });
    return Outputs(std::vector<Tensor>{Stored(call, out)});
  });
}

template <int kAxes>
Outputs AvgPool(const KernelCall& call) {
  const Window w = Pooling(call, kAxes);
  const bool whole = call.boolean(5);  // the padding counts, as far as it is padding and not beyond
  const bool chosen = kAxes > 1 && !call.IsNone(6);
  // One number for each axis: how many elements of the padded input the window covers.
  int64_t count[3] = {1, 1, 1};
  const auto inside = Inside(w);
  const auto cover_of = [&](Cover& cover, int axis, int64_t place) {
    inside(cover, axis, place);
    const int64_t start = place * w.stride[axis] - w.padding[axis];
    const int64_t padded = std::min(start + w.size[axis], w.in[axis] + w.padding[axis]) - start;
    count[axis] = whole ? padded : cover.end[axis] - cover.begin[axis];
  };
  return Averaged(call, kAxes, w, cover_of, [&](const Cover&) { return chosen ? call.integer(6) : count[0] * count[1] * count[2]; });
}

template <int kAxes>
Outputs MaxPool(const KernelCall& call) {
  Window w = Pooling(call, kAxes);
  FillAxes(call.integers(4), kAxes, 1, w.dilation);
  return Largest(call, kAxes, w, Inside(w));
}

template <int kAxes>
Outputs AdaptiveAvgPool(const KernelCall& call) {
  const Window w = Sizes(call, kAxes);
  return Averaged(call, kAxes, w, Spread(w), [](const Cover& c) {
    return (c.end[0] - c.begin[0]) * (c.end[1] - c.begin[1]) * (c.end[2] - c.begin[2]);
  });
}

template <int kAxes>
Outputs AdaptiveMaxPool(const KernelCall& call) {
  const Window w = Sizes(call, kAxes);
  return Largest(call, kAxes, w, Spread(w));
}

}  // namespace

Outputs MaxPool1d(const KernelCall& call) { return MaxPool<1>(call); }
Outputs MaxPool2d(const KernelCall& call) { return MaxPool<2>(call); }
Outputs MaxPool3d(const KernelCall& call) { return MaxPool<3>(call); }
Outputs AvgPool1d(const KernelCall& call) { return AvgPool<1>(call); }
Outputs AvgPool2d(const KernelCall& call) { return AvgPool<2>(call); }
Outputs AvgPool3d(const KernelCall& call) { return AvgPool<3>(call); }
Outputs AdaptiveAvgPool1d(const KernelCall& call) { return AdaptiveAvgPool<1>(call); }
Outputs AdaptiveAvgPool2d(const KernelCall& call) { return AdaptiveAvgPool<2>(call); }
Outputs AdaptiveAvgPool3d(const KernelCall& call) { return AdaptiveAvgPool<3>(call); }
Outputs AdaptiveMaxPool1d(const KernelCall& call) { return AdaptiveMaxPool<1>(call); }
Outputs AdaptiveMaxPool2d(const KernelCall& call) { return AdaptiveMaxPool<2>(call); }

}  // namespace conformance::eager
