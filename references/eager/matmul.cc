// mm, bmm and matmul with its broadcasting.
#include <algorithm>
#include <numeric>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

void MultiplyIntegers(const Tensor& a, const Tensor& b, int64_t* y) {
  for (int64_t i = 0; i < a.dim(0); ++i) {
    for (int64_t j = 0; j < b.dim(1); ++j) {
      uint64_t total = 0;  // wraps
      for (int64_t k = 0; k < a.dim(1); ++k) {
        total += static_cast<uint64_t>(a.IntAt(i * a.dim(1) + k)) * static_cast<uint64_t>(b.IntAt(k * b.dim(1) + j));
      }
      *y++ = static_cast<int64_t>(total);
    }
  }
}

template <typename T>
Outputs Apply(const KernelCall& call) {
  // A vector is a matrix of one row on the left, of one column on the right.
  Tensor a = call.tensor(0), b = call.tensor(1);
  if (a.rank() == 1) a = a.View({1, a.dim(0)}, {a.dim(0), a.strides()[0]}, a.offset());
  if (b.rank() == 1) b = b.View({b.dim(0), 1}, {b.strides()[0], 1}, b.offset());
  // One matrix on the right serves all rows of the left.
  if (b.rank() == 2 && a.rank() > 2) {
    const int64_t rows = std::accumulate(a.shape().begin(), a.shape().end() - 1, int64_t{1}, std::multiplies<>());
    a = ViewOrCopy(a, {rows, a.dim(-1)});
  }
  const int64_t m = a.dim(-2), k = a.dim(-1), n = b.dim(-1);
  const Tensor out = Tensor::Zeros(kDTypeOf<T>, call.out_shape());
  const int64_t count = m * n == 0 ? 0 : out.num_elements() / (m * n);
  // Leading axes, broadcast. With a folded left there are none.
  Shape batch = call.out_shape();
  const size_t lead = static_cast<size_t>(std::max(a.rank(), b.rank())) - 2;
  batch.resize(lead);
  const auto broadcast = [&](const Tensor& x) {
    Shape shape = batch;
    shape.insert(shape.end(), x.shape().end() - 2, x.shape().end());
    return BroadcastTo(x, shape);
  };
  const Tensor left = broadcast(a), right = broadcast(b);
  const auto element = [&](const Tensor& x, int64_t index, int64_t rows, int64_t cols) {
    int64_t offset = x.offset();
    for (size_t axis = lead; axis-- > 0;) {
      offset += index % batch[axis] * x.strides()[axis];
      index /= batch[axis];
    }
    return x.View({rows, cols}, {x.strides()[lead], x.strides()[lead + 1]}, offset);
  };
  T* y = out.mutable_data<T>();
  for (int64_t i = 0; i < count; ++i) {
    const Tensor one_a = element(left, i, m, k), one_b = element(right, i, k, n);
    if constexpr (std::is_same_v<T, int64_t>) {
      MultiplyIntegers(one_a, one_b, y + i * m * n);
    } else {
      Tensor kept_a, kept_b;
      Multiply<T>(call, AsMatrix<T>(call, one_a, kept_a), AsMatrix<T>(call, one_b, kept_b), RowMajor(y + i * m * n, m, n));
    }
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs Matmul(const KernelCall& call) {
  return WithCompute(call.out_compute(), [&](auto t) { return Apply<decltype(t)>(call); });
}

}  // namespace conformance::eager
