// Convolution in one and two dimensions: patches laid out as a matrix, times the weights. One dimension is two of height 1.
#include <algorithm>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

struct Window {  // [height, width] each
  int64_t size[2], stride[2], padding[2], dilation[2], in[2], out[2];
};

/// cols [channels · kernel height · kernel width, output height · output width] of one image; 0 outside it.
template <typename T>
void Unroll(const T* image, int64_t channels, const Window& w, T* cols) {
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t ky = 0; ky < w.size[0]; ++ky) {
      for (int64_t kx = 0; kx < w.size[1]; ++kx) {
        for (int64_t y = 0; y < w.out[0]; ++y) {
          const int64_t from_y = y * w.stride[0] - w.padding[0] + ky * w.dilation[0];
          const bool inside = from_y >= 0 && from_y < w.in[0];
          const T* row = image + (c * w.in[0] + from_y) * w.in[1];
          for (int64_t x = 0; x < w.out[1]; ++x) {
            const int64_t from_x = x * w.stride[1] - w.padding[1] + kx * w.dilation[1];
            *cols++ = inside && from_x >= 0 && from_x < w.in[1] ? row[from_x] : T(0);
          }
        }
      }
    }
  }
}

/// The arguments for both axes; a list of one stands for both, and in one dimension the height has its neutral value.
void Fill(const KernelCall& call, size_t argument, bool flat, int64_t neutral, int64_t (&out)[2]) {
  const std::vector<int64_t> given = call.integers(argument);
  out[0] = flat ? neutral : given.front();
  out[1] = given.back();
}

template <typename T>
Outputs Apply(const KernelCall& call) {
  Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
  const Tensor weight = ContiguousAs<T>(call.isa(), call.tensor(1));
  const bool flat = weight.rank() == 3;
  const Shape answer = call.out_shape();
  const int64_t dims = flat ? 1 : 2;
  const int64_t images = x.rank() == dims + 2 ? x.dim(0) : 1;
  const int64_t channels = x.dim(-dims - 1), groups = call.integer(6);
  const int64_t outs = weight.dim(0), group_in = weight.dim(1), group_out = outs / groups;
  Window w{};
  Fill(call, 3, flat, 1, w.stride);
  Fill(call, 5, flat, 1, w.dilation);
  for (int64_t d = 0; d < 2; ++d) {
    const bool lacks = flat && d == 0;
    w.size[d] = lacks ? 1 : weight.dim(d - 2);
    w.in[d] = lacks ? 1 : x.dim(d - 2);
    w.out[d] = lacks ? 1 : answer[answer.size() - 2 + static_cast<size_t>(d)];
  }
  if (const auto* mode = std::get_if<std::string>(&call.args()[4])) {
    // "same": the odd one of the padding stands on the right, which the output's size already tells.
    for (int d = 0; d < 2; ++d) w.padding[d] = *mode == "same" ? w.dilation[d] * (w.size[d] - 1) / 2 : 0;
  } else {
    Fill(call, 4, flat, 0, w.padding);
  }
  const int64_t places = w.out[0] * w.out[1], patch = group_in * w.size[0] * w.size[1], area = w.in[0] * w.in[1];
  const bool direct = w.size[0] * w.size[1] == 1 && w.stride[0] * w.stride[1] == 1 && w.padding[0] + w.padding[1] == 0;
  std::vector<T> cols(direct ? 0 : static_cast<size_t>(patch * places));
  const Tensor bias = call.IsNone(2) ? Tensor() : ContiguousAs<T>(call.isa(), call.tensor(2));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, answer);
  for (int64_t image = 0; image < images; ++image) {
    T* y = out.mutable_data<T>() + image * outs * places;
    for (int64_t o = 0; o < outs; ++o) std::fill_n(y + o * places, places, call.IsNone(2) ? T(0) : bias.data<T>()[o]);
    for (int64_t g = 0; g < groups; ++g) {
      const T* part = x.data<T>() + (image * channels + g * group_in) * area;
      if (!direct) Unroll(part, group_in, w, cols.data());
      const Matrix<const T> filters = RowMajor<const T>(weight.data<T>() + g * group_out * patch, group_out, patch);
      Multiply<T>(call, filters, RowMajor<const T>(direct ? part : cols.data(), patch, places),
                  RowMajor(y + g * group_out * places, group_out, places));
    }
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs Conv(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Apply<decltype(t)>(call); });
}

}  // namespace conformance::eager
