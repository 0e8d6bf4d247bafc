// Convolution over one to three axes: patches laid out as a matrix, times the weights; transposed, the weights times the input, each
// column added to the patch that it stands for.
#include <algorithm>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"
#include "references/eager/window.h"

namespace conformance::eager {
namespace {

/// One call: the input as [images, channels, area] and what stands around it.
template <typename T>
struct Convolution {
  Tensor x, weight, bias, out;
  int64_t images = 1, groups = 1, channels = 0, outs = 0;
  Window w{};

  void Start(int64_t image, int64_t area) const {  // the bias
    T* y = out.mutable_data<T>() + image * outs * area;
    for (int64_t o = 0; o < outs; ++o) std::fill_n(y + o * area, area, bias.num_elements() == 0 ? T(0) : bias.data<T>()[o]);
  }
};

template <typename T>
Convolution<T> Prepare(const KernelCall& call, bool transposed) {
  Convolution<T> c;
  c.x = ContiguousAs<T>(call.isa(), call.tensor(0));
  c.weight = ContiguousAs<T>(call.isa(), call.tensor(1));
  if (!call.IsNone(2)) c.bias = ContiguousAs<T>(call.isa(), call.tensor(2));
  const Shape answer = call.out_shape();
  c.out = Tensor::Empty(kDTypeOf<T>, answer);
  const int64_t axes = c.weight.rank() - 2;
  c.groups = call.integer(Place(call, "groups"));
  c.images = c.x.rank() == axes + 2 ? c.x.dim(0) : 1;
  c.channels = c.x.dim(-axes - 1);
  c.outs = c.out.dim(-axes - 1);
  const auto last = [axes](const Shape& shape) { return std::vector<int64_t>(shape.end() - axes, shape.end()); };
  FillAxes(last(c.weight.shape()), axes, 1, c.w.size);
  FillAxes(last(c.x.shape()), axes, 1, transposed ? c.w.out : c.w.in);
  FillAxes(last(answer), axes, 1, transposed ? c.w.in : c.w.out);
  FillAxes(call.integers(3), axes, 1, c.w.stride);
  FillAxes(call.integers(Place(call, "dilation")), axes, 1, c.w.dilation);
  if (const auto* mode = std::get_if<std::string>(&call.args()[4])) {
    // "same": the odd one of the padding stands on the right, which the output's size already tells.
    for (int d = 0; d < 3; ++d) c.w.padding[d] = *mode == "same" ? c.w.dilation[d] * (c.w.size[d] - 1) / 2 : 0;
  } else {
    FillAxes(call.integers(4), axes, 0, c.w.padding);
  }
  return c;
}

template <typename T>
Outputs Forward(const KernelCall& call) {
  const Convolution<T> c = Prepare<T>(call, false);
  const Window& w = c.w;
  const int64_t group_in = c.channels / c.groups, group_out = c.outs / c.groups, patch = group_in * w.volume();
  const bool direct = w.volume() == 1 && std::ranges::all_of(w.stride, [](int64_t s) { return s == 1; }) &&
                      std::ranges::all_of(w.padding, [](int64_t p) { return p == 0; });
  std::vector<T> cols(direct ? 0 : static_cast<size_t>(patch * w.places()));
  for (int64_t image = 0; image < c.images; ++image) {
    c.Start(image, w.places());
    T* y = c.out.template mutable_data<T>() + image * c.outs * w.places();
    for (int64_t g = 0; g < c.groups; ++g) {
      const T* part = c.x.template data<T>() + (image * c.channels + g * group_in) * w.area();
      if (!direct) Unroll(part, group_in, w, cols.data());
      const Matrix<const T> filters = RowMajor<const T>(c.weight.template data<T>() + g * group_out * patch, group_out, patch);
      Multiply<T>(call, filters, RowMajor<const T>(direct ? part : cols.data(), patch, w.places()),
                  RowMajor(y + g * group_out * w.places(), group_out, w.places()));
    }
  }
  return std::vector<Tensor>{Stored(call, c.out)};
}

template <typename T>
Outputs Transpose(const KernelCall& call) {
  const Convolution<T> c = Prepare<T>(call, true);
  const Window& w = c.w;
  const int64_t group_in = c.channels / c.groups, group_out = c.outs / c.groups, patch = group_out * w.volume();
  std::vector<T> cols(static_cast<size_t>(patch * w.places()));
  for (int64_t image = 0; image < c.images; ++image) {
    c.Start(image, w.area());
    T* y = c.out.template mutable_data<T>() + image * c.outs * w.area();
    for (int64_t g = 0; g < c.groups; ++g) {
      const T* part = c.x.template data<T>() + (image * c.channels + g * group_in) * w.places();
      std::ranges::fill(cols, T(0));
      const Matrix<const T> filters = RowMajor<const T>(c.weight.template data<T>() + g * group_in * patch, group_in, patch);
      Multiply<T>(call, Transposed(filters), RowMajor<const T>(part, group_in, w.places()), RowMajor(cols.data(), patch, w.places()));
      Fold(cols.data(), group_out, w, y + g * group_out * w.area());
    }
  }
  return std::vector<Tensor>{Stored(call, c.out)};
}

}  // namespace

Outputs Conv(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Forward<decltype(t)>(call); });
}

Outputs ConvTranspose(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Transpose<decltype(t)>(call); });
}

Outputs Convolve(const KernelCall& call) { return call.boolean(6) ? ConvTranspose(call) : Conv(call); }

}  // namespace conformance::eager
