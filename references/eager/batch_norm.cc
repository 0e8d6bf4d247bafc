#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// y = x·a + b for each channel (axis 1), with a = weight / sqrt(var + eps) and b = bias − mean·a, in PyTorch's order.
template <typename T>
Outputs Apply(const KernelCall& call) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
  const int64_t channels = x.dim(1);
  const auto channel_values = [&](size_t i, T otherwise) {
    std::vector<T> values(static_cast<size_t>(channels), otherwise);
    if (call.IsNone(i)) return values;
    const Tensor given = ContiguousAs<T>(call.isa(), call.tensor(i));
    values.assign(given.data<T>(), given.data<T>() + channels);
    return values;
  };
  const std::vector<T> weight = channel_values(1, 1), bias = channel_values(2, 0), mean = channel_values(3, 0), var = channel_values(4, 1);
  const T eps = static_cast<T>(call.number(7));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, x.shape());
  const int64_t planes = x.dim(0) * channels;
  const int64_t size = planes == 0 ? 0 : x.num_elements() / planes;
  for (int64_t plane = 0; plane < planes; ++plane) {
    const size_t c = static_cast<size_t>(plane % channels);
    const T a = T(1) / std::sqrt(var[c] + eps) * weight[c];
    const T b = bias[c] - mean[c] * a;
    const T* in = x.data<T>() + plane * size;
    T* y = out.mutable_data<T>() + plane * size;
    for (int64_t i = 0; i < size; ++i) y[i] = in[i] * a + b;
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs BatchNorm(const KernelCall& call) {
  if (call.boolean(5)) return Unsupported(call.op().target + ": training mode (statistics of the batch) is not evaluated");
  if (call.IsNone(3) || call.IsNone(4)) return call.Invalid("evaluation needs running_mean and running_var");
  return WithReal(call.out_compute(), [&](auto t) { return Apply<decltype(t)>(call); });
}

}  // namespace conformance::eager
