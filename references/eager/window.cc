#include "references/eager/window.h"

#include <algorithm>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {

size_t Place(const KernelCall& call, std::string_view name) {
  size_t i = 0;
  while (i < call.size() && call.op().args[i].name != name) ++i;
  CONFORMANCE_CHECK(i < call.size(), call.op().target + " has no argument " + std::string(name));
  return i;
}

void FillAxes(const std::vector<int64_t>& given, int64_t axes, int64_t neutral, int64_t (&out)[3]) {
  for (int64_t d = 0; d < 3; ++d) {
    const int64_t place = d - (3 - axes);
    out[d] = place < 0 ? neutral : given[given.size() == 1 ? 0 : static_cast<size_t>(place)];
  }
}

namespace {

/// move(inside, row, first) for each row of places along the last axis, in the order of cols: does it lie inside the image, where its row
/// of the image starts, and which element of that the first place means.
template <typename Move>
void ForRows(int64_t channels, const Window& w, const Move& move) {
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t kz = 0; kz < w.size[0]; ++kz) {
      for (int64_t ky = 0; ky < w.size[1]; ++ky) {
        for (int64_t kx = 0; kx < w.size[2]; ++kx) {
          for (int64_t z = 0; z < w.out[0]; ++z) {
            const int64_t from_z = z * w.stride[0] - w.padding[0] + kz * w.dilation[0];
            for (int64_t y = 0; y < w.out[1]; ++y) {
              const int64_t from_y = y * w.stride[1] - w.padding[1] + ky * w.dilation[1];
              const bool inside = from_z >= 0 && from_z < w.in[0] && from_y >= 0 && from_y < w.in[1];
              move(inside, ((c * w.in[0] + from_z) * w.in[1] + from_y) * w.in[2], kx * w.dilation[2] - w.padding[2]);
            }
          }
        }
      }
    }
  }
}

}  // namespace

template <typename T>
void Unroll(const T* image, int64_t channels, const Window& w, T* cols) {
  ForRows(channels, w, [&](bool inside, int64_t row, int64_t first) {
    for (int64_t x = 0; x < w.out[2]; ++x) {
      const int64_t from = x * w.stride[2] + first;
      *cols++ = inside && from >= 0 && from < w.in[2] ? image[row + from] : T(0);
    }
  });
}

template <typename T>
void Fold(const T* cols, int64_t channels, const Window& w, T* image) {
  ForRows(channels, w, [&](bool inside, int64_t row, int64_t first) {
    for (int64_t x = 0; x < w.out[2]; ++x, ++cols) {
      const int64_t to = x * w.stride[2] + first;
      if (inside && to >= 0 && to < w.in[2]) image[row + to] += *cols;
    }
  });
}

template void Unroll<float>(const float*, int64_t, const Window&, float*);
template void Unroll<double>(const double*, int64_t, const Window&, double*);
template void Fold<float>(const float*, int64_t, const Window&, float*);
template void Fold<double>(const double*, int64_t, const Window&, double*);

namespace {

/// The window of im2col and col2im over an image of these sizes.
Window PlaneWindow(const KernelCall& call, int64_t height, int64_t width) {
  Window w{};
  FillAxes({height, width}, 2, 1, w.in);
  FillAxes(call.integers(Place(call, "kernel_size")), 2, 1, w.size);
  FillAxes(call.integers(Place(call, "dilation")), 2, 1, w.dilation);
  FillAxes(call.integers(Place(call, "padding")), 2, 0, w.padding);
  FillAxes(call.integers(Place(call, "stride")), 2, 1, w.stride);
  for (int d = 0; d < 3; ++d) w.out[d] = (w.in[d] + 2 * w.padding[d] - w.dilation[d] * (w.size[d] - 1) - 1) / w.stride[d] + 1;
  return w;
}

}  // namespace

Outputs Im2col(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
    const Window w = PlaneWindow(call, x.dim(-2), x.dim(-1));
    const int64_t channels = x.dim(-3), images = x.rank() == 4 ? x.dim(0) : 1;
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    for (int64_t i = 0; i < images; ++i) {
      Unroll(x.data<T>() + i * channels * w.area(), channels, w, out.mutable_data<T>() + i * channels * w.volume() * w.places());
    }
    return std::vector<Tensor>{Stored(call, out)};
  });
}

Outputs Col2im(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
    const std::vector<int64_t> size = call.integers(1);
    const Window w = PlaneWindow(call, size.front(), size.back());
    const int64_t channels = x.dim(-2) / w.volume(), images = x.rank() == 3 ? x.dim(0) : 1;
    const Tensor out = Tensor::Zeros(kDTypeOf<T>, call.out_shape());
    for (int64_t i = 0; i < images; ++i) {
      Fold(x.data<T>() + i * channels * w.volume() * w.places(), channels, w, out.mutable_data<T>() + i * channels * w.area());
    }
    return std::vector<Tensor>{Stored(call, out)};
  });
}

}  // namespace conformance::eager
