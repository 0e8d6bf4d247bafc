#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// Of each channel (axis 1).
template <typename T>
struct Statistics {
  std::vector<T> mean, inverse;  ///< inverse: 1 / sqrt(var + eps)
};

template <typename T>
std::vector<T> ChannelValues(const KernelCall& call, size_t i, int64_t channels, T otherwise) {
  std::vector<T> values(static_cast<size_t>(channels), otherwise);
  if (call.IsNone(i)) return values;
  const Tensor given = ContiguousAs<T>(call.isa(), call.tensor(i));
  values.assign(given.data<T>(), given.data<T>() + channels);
  return values;
}

template <typename T>
Statistics<T> Running(const KernelCall& call, int64_t channels, T eps) {
  Statistics<T> found{ChannelValues<T>(call, 3, channels, 0), ChannelValues<T>(call, 4, channels, 1)};
  for (T& value : found.inverse) value = T(1) / std::sqrt(value + eps);
  return found;
}

template <typename T>
Statistics<T> OfBatch(const KernelCall& call, const Tensor& x, T eps) {
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (axis != 1) axes.push_back(axis);
  }
  const Rows<T> rows = ReadRows<T>(call, x, axes);
  Summation<T> summation(call, rows.width);
  Statistics<T> found;
  for (int64_t c = 0; c < rows.count; ++c) {
    found.mean.push_back(summation.Sum(rows.row(c)) / static_cast<T>(rows.width));
    found.inverse.push_back(T(1) / std::sqrt(summation.SumSquares(rows.row(c), found.mean.back()) / static_cast<T>(rows.width) + eps));
  }
  return found;
}

/// y = x·a + b for each channel, with a = weight / sqrt(var + eps) and b = bias − mean·a, in PyTorch's order.
template <typename T>
Tensor Apply(const KernelCall& call, const Tensor& x, const Statistics<T>& statistics) {
  const int64_t channels = x.dim(1);
  const std::vector<T> weight = ChannelValues<T>(call, 1, channels, 1), bias = ChannelValues<T>(call, 2, channels, 0);
  const Tensor out = Tensor::Empty(kDTypeOf<T>, x.shape());
  const int64_t planes = x.dim(0) * channels;
  const int64_t size = planes == 0 ? 0 : x.num_elements() / planes;
  for (int64_t plane = 0; plane < planes; ++plane) {
    const size_t c = static_cast<size_t>(plane % channels);
    const T a = statistics.inverse[c] * weight[c];
    const T b = bias[c] - statistics.mean[c] * a;
    const T* in = x.data<T>() + plane * size;
    T* y = out.mutable_data<T>() + plane * size;
    for (int64_t i = 0; i < size; ++i) y[i] = in[i] * a + b;
  }
  return Stored(call, out);
}

template <typename T>
std::vector<Tensor> Evaluated(const KernelCall& call, size_t eps) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
  std::vector<Tensor> outputs{Apply(call, x, Running<T>(call, x.dim(1), static_cast<T>(call.number(eps))))};
  for (size_t k = 1; k < call.num_outputs(); ++k) outputs.push_back(Tensor::Empty(call.out_store(k), {0}));
  return outputs;
}

}  // namespace

Outputs BatchNorm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs { return Evaluated<decltype(t)>(call, 7); });
}

Outputs NativeBatchNormNoTraining(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs { return Evaluated<decltype(t)>(call, 6); });
}

Outputs NativeBatchNormNoStats(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
    const Statistics<T> found = OfBatch<T>(call, x, static_cast<T>(call.number(5)));
    const auto of = [&](const std::vector<T>& values, size_t k) { return Stored(call, Tensor::Of<T>({x.dim(1)}, values), k); };
    return std::vector<Tensor>{Apply(call, x, found), of(found.mean, 1), of(found.inverse, 2)};
  });
}

}  // namespace conformance::eager
