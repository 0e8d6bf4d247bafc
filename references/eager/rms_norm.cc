#include <cmath>
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// y = x / sqrt(mean(x²) + eps) · weight. Without eps the epsilon of the declared type stands in, as in PyTorch (that of f32 for
/// halves).
template <typename T>
Outputs Normalize(const KernelCall& call) {
  const Rows<T> rows = ReadLastAxes<T>(call, call.tensor(0), static_cast<int64_t>(call.integers(1).size()));
  const bool has_weight = !call.IsNone(2);
  const Tensor weight = has_weight ? ContiguousAs<T>(call.isa(), call.tensor(2)) : Tensor();
  const double smallest = call.declared(0) == DType::kF64 ? std::numeric_limits<double>::epsilon()
                                                          : static_cast<double>(std::numeric_limits<float>::epsilon());
  const T eps = static_cast<T>(call.IsNone(3) ? smallest : call.number(3));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  Summation<T> summation(call, rows.width);
  for (int64_t i = 0; i < rows.count; ++i) {
    const T* x = rows.row(i);
    const T mean_square = summation.SumSquares(x, T(0)) / static_cast<T>(rows.width);
    call.isa().real<T>().normalize(x, rows.width, T(0), T(1) / std::sqrt(mean_square + eps),
                                   has_weight ? weight.data<T>() : nullptr, nullptr, out.mutable_data<T>() + i * rows.width);
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs RmsNorm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Normalize<decltype(t)>(call); });
}

}  // namespace conformance::eager
