#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

constexpr int64_t kQueries = 64;  // rows of scores held at a time

/// Where the matrix of the batch element at `index` begins, in elements from the tensor's first. An axis of size 1 serves all; `shared`
/// neighbours along the last leading axis (heads) take the same matrix.
int64_t OffsetAt(const Tensor& x, const Shape& batch, int64_t index, int64_t shared = 1) {
  const size_t own = static_cast<size_t>(x.rank()) - 2;
  int64_t offset = 0;
  for (size_t axis = batch.size(); axis-- > 0;) {
    int64_t at = index % batch[axis];
    index /= batch[axis];
    if (axis + own < batch.size()) continue;  // x lacks this axis
    const size_t mine = axis + own - batch.size();
    if (axis + 1 == batch.size()) at /= shared;
    if (x.shape()[mine] > 1) offset += at * x.strides()[mine];
  }
  return offset;
}

/// A tensor of T whose matrices, those of its last two axes, lie in rows or columns.
template <typename T>
class Matrices {
 public:
  Matrices(const KernelCall& call, const Tensor& x) : tensor_(x.dtype() == kDTypeOf<T> ? x : ContiguousAs<T>(call.isa(), x)) {
    if (!LaidMatrix<T>(First())) tensor_ = tensor_.Clone();
  }
  Matrix<const T> At(const Shape& batch, int64_t index, int64_t shared = 1) const {
    Matrix<const T> m = *LaidMatrix<T>(First());
    m.data += OffsetAt(tensor_, batch, index, shared);
    return m;
  }

 private:
  Matrix<const T> First() const {
    const size_t own = static_cast<size_t>(tensor_.rank()) - 2;
    return {tensor_.data<T>(), tensor_.dim(-2), tensor_.dim(-1), tensor_.strides()[own], tensor_.strides()[own + 1]};
  }
  Tensor tensor_;
};

template <typename T>
class Attention {
 public:
  explicit Attention(const KernelCall& call)
      : call_(call), q_(call.tensor(0)), k_(call.tensor(1)), v_(call.tensor(2)), round_(call) {
    causal_ = call.boolean(5);
    const double width = static_cast<double>(q_.dim(-1));
    scale_ = static_cast<T>(call.IsNone(6) ? 1 / std::sqrt(width) : call.number(6));
  }

  Outputs Run() {
    Shape shape = call_.out_shape();
    const Shape batch(shape.begin(), shape.end() - 2);
    const int64_t length = q_.dim(-2), keys = k_.dim(-2), width = v_.dim(-1);
    const bool grouped = call_.boolean(7) && q_.rank() >= 3 && k_.dim(-3) > 0;
    const int64_t shared_k = grouped ? q_.dim(-3) / k_.dim(-3) : 1,
                  shared_v = grouped ? q_.dim(-3) / v_.dim(-3) : 1;
    // Heads stand side by side in memory, so that joining them afterwards is a view, as in PyTorch.
    const bool by_heads = batch.size() == 2;
    const int64_t heads = by_heads ? batch[1] : 1;
    Shape memory = shape;
    if (by_heads) std::swap(memory[1], memory[2]);
    const Tensor out = Tensor::Empty(kDTypeOf<T>, memory);
    if (call_.IsTensor(3)) {
      Shape all = batch;
      all.push_back(length);
      all.push_back(keys);
      mask_ = BroadcastTo(call_.tensor(3), all);
      has_mask_ = true;
    }
    const int64_t count = out.num_elements() == 0 ? 0 : NumElements(batch);
    if (count == 0) return std::vector<Tensor>{by_heads ? SwapAxes(Stored(call_, out), 1, 2) : Stored(call_, out)};
    const Matrices<T> queries_of(call_, q_), keys_of(call_, k_), values_of(call_, v_);
    for (int64_t i = 0; i < count; ++i) {
      T* y = out.mutable_data<T>() + (i / heads * length * heads + i % heads) * width;
      const Matrix<const T> q = queries_of.At(batch, i);
      const Matrix<const T> k = keys_of.At(batch, i, shared_k);
      const Matrix<const T> v = values_of.At(batch, i, shared_v);
      const int64_t mask = has_mask_ ? OffsetAt(mask_, batch, i) : 0;
      for (int64_t begin = 0; begin < length; begin += kQueries) {
        const int64_t rows = std::min(kQueries, length - begin);
        Matrix<const T> queries = q;
        queries.data += begin * q.row_stride;
        queries.rows = rows;
        Block(queries, k, v, mask, begin, i * length,
              {y + begin * heads * width, rows, width, heads * width, 1});
      }
    }
    const Tensor stored = Stored(call_, out);
    return std::vector<Tensor>{by_heads ? SwapAxes(stored, 1, 2) : stored};
  }

 private:
  /// Some queries [rows, d] against all keys that any of them may see.
  void Block(const Matrix<const T>& q, const Matrix<const T>& k, const Matrix<const T>& v, int64_t mask,
             int64_t begin, int64_t first_row, const Matrix<T>& y) {
    const auto& kernels = call_.isa().real<T>();
    const int64_t seen = causal_ ? std::min(k.rows, begin + q.rows) : k.rows;
    scores_.assign(static_cast<size_t>(q.rows * seen), T(0));
    sums_.resize(static_cast<size_t>(q.rows));
    Matrix<const T> keys = k, values = v;
    keys.rows = values.rows = seen;
    Multiply<T>(call_, q, Transposed(keys), RowMajor(scores_.data(), q.rows, seen), scale_);
    Summation<T> summation(call_, seen);
    for (int64_t i = 0; i < q.rows; ++i) {
      T* row = scores_.data() + i * seen;
      const int64_t visible = causal_ ? std::min(seen, begin + i + 1) : seen;
      if (has_mask_) Mask(mask, begin + i, visible, row);
      const T largest = kernels.max(row, visible);
      std::fill(row + visible, row + seen, T(0));
      if (largest == -std::numeric_limits<T>::infinity()) {  // nothing to attend to: 0
        std::fill(row, row + visible, T(0));
        sums_[static_cast<size_t>(i)] = 1;
        continue;
      }
      kernels.exp_minus(row, visible, largest, row);
      AddNoise(call_, row, visible, (first_row + begin + i) * k.rows);
      sums_[static_cast<size_t>(i)] = summation.Sum(row);
      round_(row, visible);
    }
    for (int64_t i = 0; i < y.rows; ++i) std::fill_n(y.data + i * y.row_stride, y.cols, T(0));
    Multiply<T>(call_, RowMajor<const T>(scores_.data(), q.rows, seen), values, y);
    for (int64_t i = 0; i < y.rows; ++i) {
      T* row = y.data + i * y.row_stride;
      kernels.scale(row, y.cols, T(1) / sums_[static_cast<size_t>(i)], row);
    }
  }

  /// Adds a row of the mask that begins at that offset: a bool one stands for 0 and −inf.
  void Mask(int64_t mask, int64_t query, int64_t visible, T* row) {
    mask_row_.resize(static_cast<size_t>(visible));
    const int64_t width = static_cast<int64_t>(ByteSize(mask_.dtype()));
    const size_t own = static_cast<size_t>(mask_.rank()) - 2;
    const std::byte* from = mask_.raw() + (mask + query * mask_.strides()[own]) * width;
    LoadRun(call_.isa(), mask_.dtype(), from, mask_.strides()[own + 1], visible, mask_row_.data());
    if (mask_.dtype() == DType::kBool) {
      for (int64_t j = 0; j < visible; ++j)
        row[j] = mask_row_[static_cast<size_t>(j)] != T(0) ? row[j] : -std::numeric_limits<T>::infinity();
    } else {
      call_.isa().real<T>().axpy(mask_row_.data(), visible, T(1), row);
    }
  }

  const KernelCall& call_;
  const Tensor& q_;
  const Tensor& k_;
  const Tensor& v_;
  Tensor mask_;
  bool has_mask_ = false;
  bool causal_ = false;
  T scale_ = 1;
  std::vector<T> scores_, sums_, mask_row_;
  /// Weights of halves meet the values as halves, not yet divided by their sum, which is that of the unrounded ones: PyTorch's kernel
  /// for processors (aten/src/ATen/native/cpu/FlashAttentionKernel.cpp) stores them for the product.
  HalfRounding<T> round_;
};

}  // namespace

Outputs ScaledDotProductAttention(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Attention<decltype(t)>(call).Run(); });
}

}  // namespace conformance::eager
