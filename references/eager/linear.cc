#include <algorithm>
#include <numeric>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// y = x·wᵀ + bias. The product is added onto rows that hold the bias already.
template <typename T>
Outputs Apply(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  Tensor weight = call.tensor(1);
  if (weight.rank() == 1) weight = weight.View({1, weight.dim(0)}, {weight.dim(0), weight.strides()[0]}, weight.offset());
  const int64_t k = weight.dim(1), n = weight.dim(0);
  const int64_t m = std::accumulate(x.shape().begin(), x.shape().end() - 1, int64_t{1}, std::multiplies<>());
  Tensor kept_x, kept_weight;
  const Matrix<const T> a = AsMatrix<T>(call, ViewOrCopy(x, {m, k}), kept_x);
  const Matrix<const T> b = Transposed(AsMatrix<T>(call, weight, kept_weight));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  T* y = out.mutable_data<T>();
  if (call.IsNone(2)) {
    std::fill(y, y + m * n, T(0));
  } else {
    const Tensor bias = ContiguousAs<T>(call.isa(), BroadcastTo(call.tensor(2), {n}));
    for (int64_t i = 0; i < m; ++i) std::copy_n(bias.data<T>(), n, y + i * n);
  }
  Multiply<T>(call, a, b, RowMajor(y, m, n));
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs Linear(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Apply<decltype(t)>(call); });
}

}  // namespace conformance::eager
