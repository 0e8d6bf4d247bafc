#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// Where the arguments stand: group_norm, its native twin and instance_norm differ in that.
struct Places {
  size_t weight, bias, eps;
  int64_t groups;
};

/// Each group of neighbouring channels (axis 1) has its mean and variance; then y = x·a + b for each channel.
template <typename T>
Outputs Normalize(const KernelCall& call, const Places& at) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
  const int64_t channels = x.dim(1), each = channels / at.groups;
  const Tensor weight = call.IsNone(at.weight) ? Tensor() : ContiguousAs<T>(call.isa(), call.tensor(at.weight));
  const Tensor bias = call.IsNone(at.bias) ? Tensor() : ContiguousAs<T>(call.isa(), call.tensor(at.bias));
  const T eps = static_cast<T>(call.number(at.eps));
  const int64_t planes = x.dim(0) * channels;
  const int64_t size = planes == 0 ? 0 : x.num_elements() / planes;  // elements of a channel
  const int64_t width = each * size;
  const bool statistics = call.num_outputs() > 1;
  const Tensor out = Tensor::Empty(kDTypeOf<T>, x.shape());
  const Tensor means = statistics ? Tensor::Zeros(kDTypeOf<T>, call.out_shape(1)) : Tensor();
  const Tensor inverses = statistics ? Tensor::Zeros(kDTypeOf<T>, call.out_shape(2)) : Tensor();
  Summation<T> summation(call, width);
  for (int64_t row = 0; row < x.dim(0) * at.groups; ++row) {
    const T* in = x.data<T>() + row * width;
    T* y = out.mutable_data<T>() + row * width;
    const T mean = summation.Sum(in) / static_cast<T>(width);
    const T inverse = T(1) / std::sqrt(summation.SumSquares(in, mean) / static_cast<T>(width) + eps);
    for (int64_t c = 0; c < each; ++c) {
      const int64_t channel = row % at.groups * each + c;
      const T a = call.IsNone(at.weight) ? inverse : inverse * weight.data<T>()[channel];
      const T b = call.IsNone(at.bias) ? T(0) : bias.data<T>()[channel];
      for (int64_t i = c * size; i < (c + 1) * size; ++i) y[i] = (in[i] - mean) * a + b;
    }
    if (!statistics) continue;
    means.mutable_data<T>()[row] = mean;
    inverses.mutable_data<T>()[row] = inverse;
  }
  std::vector<Tensor> outputs{Stored(call, out)};
  if (statistics) outputs.insert(outputs.end(), {Stored(call, means, 1), Stored(call, inverses, 2)});
  return outputs;
}

Outputs Run(const KernelCall& call, const Places& at) {
  return WithReal(call.out_compute(), [&](auto t) { return Normalize<decltype(t)>(call, at); });
}

}  // namespace

Outputs GroupNorm(const KernelCall& call) { return Run(call, {2, 3, 4, call.integer(1)}); }
Outputs NativeGroupNorm(const KernelCall& call) { return Run(call, {1, 2, 7, call.integer(6)}); }
/// Arguments are those of batch_norm, which it is with running statistics.
Outputs InstanceNorm(const KernelCall& call) {
  if (!call.boolean(5)) return BatchNorm(call);
  return Run(call, {1, 2, 7, call.tensor(0).dim(1)});
}

}  // namespace conformance::eager
