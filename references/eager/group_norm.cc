#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// Each group of neighbouring channels (axis 1) has its mean and variance; then y = x·a + b for each channel.
template <typename T>
Outputs Normalize(const KernelCall& call) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
  const int64_t groups = call.integer(1), channels = x.dim(1), each = channels / groups;
  const Tensor weight = call.IsNone(2) ? Tensor() : ContiguousAs<T>(call.isa(), call.tensor(2));
  const Tensor bias = call.IsNone(3) ? Tensor() : ContiguousAs<T>(call.isa(), call.tensor(3));
  const T eps = static_cast<T>(call.number(4));
  const int64_t planes = x.dim(0) * channels;
  const int64_t size = planes == 0 ? 0 : x.num_elements() / planes;  // elements of a channel
  const int64_t width = each * size;
  const Tensor out = Tensor::Empty(kDTypeOf<T>, x.shape());
  Summation<T> summation(call, width);
  for (int64_t row = 0; row < x.dim(0) * groups; ++row) {
    const T* in = x.data<T>() + row * width;
    T* y = out.mutable_data<T>() + row * width;
    const T mean = summation.Sum(in) / static_cast<T>(width);
    const T inverse = T(1) / std::sqrt(summation.SumSquares(in, mean) / static_cast<T>(width) + eps);
    for (int64_t c = 0; c < each; ++c) {
      const int64_t channel = row % groups * each + c;
      const T a = call.IsNone(2) ? inverse : inverse * weight.data<T>()[channel];
      const T b = call.IsNone(3) ? T(0) : bias.data<T>()[channel];
      for (int64_t i = c * size; i < (c + 1) * size; ++i) y[i] = (in[i] - mean) * a + b;
    }
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs GroupNorm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Normalize<decltype(t)>(call); });
}

}  // namespace conformance::eager
