#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// y = (x − mean) / sqrt(var + eps) · weight + bias, each row in two passes; with the statistics where the op answers them.
template <typename T>
Outputs Normalize(const KernelCall& call) {
  const Rows<T> rows = ReadLastAxes<T>(call, call.tensor(0), static_cast<int64_t>(call.integers(1).size()));
  const bool has_weight = !call.IsNone(2), has_bias = !call.IsNone(3), statistics = call.num_outputs() > 1;
  const Tensor weight = has_weight ? ContiguousAs<T>(call.isa(), call.tensor(2)) : Tensor();
  const Tensor bias = has_bias ? ContiguousAs<T>(call.isa(), call.tensor(3)) : Tensor();
  const T eps = static_cast<T>(call.number(4));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  const Tensor means = statistics ? Tensor::Empty(kDTypeOf<T>, call.out_shape(1)) : Tensor();
  const Tensor inverses = statistics ? Tensor::Empty(kDTypeOf<T>, call.out_shape(2)) : Tensor();
  Summation<T> summation(call, rows.width);
  const T width = static_cast<T>(rows.width);
  for (int64_t i = 0; i < rows.count; ++i) {
    const T* x = rows.row(i);
    const T mean = summation.Sum(x) / width;
    const T inverse = T(1) / std::sqrt(summation.SumSquares(x, mean) / width + eps);
    call.isa().real<T>().normalize(x, rows.width, mean, inverse, has_weight ? weight.data<T>() : nullptr,
                                   has_bias ? bias.data<T>() : nullptr, out.mutable_data<T>() + i * rows.width);
    if (!statistics) continue;
    means.mutable_data<T>()[i] = mean;
    inverses.mutable_data<T>()[i] = inverse;
  }
  std::vector<Tensor> outputs{Stored(call, out)};
  if (statistics) outputs.insert(outputs.end(), {Stored(call, means, 1), Stored(call, inverses, 2)});
  return outputs;
}

}  // namespace

Outputs LayerNorm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Normalize<decltype(t)>(call); });
}

}  // namespace conformance::eager
