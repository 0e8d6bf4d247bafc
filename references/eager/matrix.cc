#include "references/eager/matrix.h"

#include <vector>

#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {

template <typename T>
Matrix<const T> AsMatrix(const KernelCall& call, const Tensor& matrix, Tensor& kept) {
  kept = matrix.dtype() == kDTypeOf<T> ? matrix : ContiguousAs<T>(call.isa(), matrix);
  const auto strides = [&]() {
    Matrix<const T> m{kept.data<T>(), kept.dim(0), kept.dim(1), kept.strides()[0], kept.strides()[1]};
    // Along an axis of size 1 any stride will do.
    if (m.cols == 1) m.col_stride = 1;
    if (m.rows == 1 && m.col_stride == 1) m.row_stride = m.cols;
    if (m.rows == 1 && m.col_stride != 1) m.row_stride = 1;
    return m;
  };
  Matrix<const T> m = strides();
  const bool rows = m.col_stride == 1 && m.row_stride >= m.cols;
  const bool columns = m.row_stride == 1 && m.col_stride >= m.rows;
  if (!rows && !columns && kept.num_elements() > 0) {
    kept = kept.Clone();
    m = strides();
  }
  return m;
}

namespace {

/// Up to this many vectors, the other side is better read once as it lies than packed for the GEMM.
constexpr int64_t kFew = 6;

/// Rows [count, n] with adjacent elements: as they lie, or a copy.
template <typename T>
const T* AdjacentRows(const T* x, int64_t count, int64_t n, int64_t row_stride, int64_t stride, std::vector<T>& copy, int64_t& copy_stride) {
  copy_stride = row_stride;
  if (stride == 1 || n == 1) return x;
  copy.resize(static_cast<size_t>(count * n));
  for (int64_t j = 0; j < count; ++j) {
    for (int64_t i = 0; i < n; ++i) copy[static_cast<size_t>(j * n + i)] = x[j * row_stride + i * stride];
  }
  copy_stride = n;
  return copy.data();
}

template <typename T>
void InNaturalOrder(const KernelCall& call, const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, T alpha) {
  const auto& kernels = call.isa().real<T>();
  std::vector<T> copy;
  int64_t stride = 0;
  if (c.rows <= kFew) {
    const T* x = AdjacentRows(a.data, a.rows, a.cols, a.row_stride, a.col_stride, copy, stride);
    kernels.skinny(Transposed(b), x, stride, c.rows, c.data, c.row_stride, alpha);
  } else if (c.cols == 1 && c.row_stride == 1) {
    const T* x = AdjacentRows(b.data, 1, b.rows, b.col_stride, b.row_stride, copy, stride);
    kernels.skinny(a, x, stride, 1, c.data, 1, alpha);
  } else {
    kernels.gemm(a, b, c, alpha);
  }
}

/// The summed axis of both sides permuted into copies, then multiplied piece by piece.
template <typename T>
void InSeededOrder(const KernelCall& call, const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, T alpha) {
  const SeededOrder seeded = MakeOrder(call, a.cols);
  std::vector<T> left(static_cast<size_t>(a.rows * a.cols)), right(static_cast<size_t>(b.rows * b.cols));
  for (int64_t k = 0; k < a.cols; ++k) {
    const int64_t from = seeded.order[static_cast<size_t>(k)];
    for (int64_t i = 0; i < a.rows; ++i) {
      left[static_cast<size_t>(i * a.cols + k)] = a.data[i * a.row_stride + from * a.col_stride];
    }
    for (int64_t j = 0; j < b.cols; ++j) {
      right[static_cast<size_t>(k * b.cols + j)] = b.data[from * b.row_stride + j * b.col_stride];
    }
  }
  int64_t begin = 0;
  for (const int64_t end : seeded.ends) {
    if (end > begin) {
      const Matrix<const T> part_a{left.data() + begin, a.rows, end - begin, a.cols, 1};
      const Matrix<const T> part_b{right.data() + begin * b.cols, end - begin, b.cols, b.cols, 1};
      InNaturalOrder(call, part_a, part_b, c, alpha);
    }
    begin = end;
  }
}

}  // namespace

template <typename T>
void Multiply(const KernelCall& call, const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, T alpha) {
  if (c.rows == 0 || c.cols == 0 || a.cols == 0) return;
  if (call.numerics().order_seed == 0) InNaturalOrder(call, a, b, c, alpha);
  else InSeededOrder(call, a, b, c, alpha);
}

template Matrix<const float> AsMatrix<float>(const KernelCall&, const Tensor&, Tensor&);
template Matrix<const double> AsMatrix<double>(const KernelCall&, const Tensor&, Tensor&);
template void Multiply<float>(const KernelCall&, const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&, float);
template void Multiply<double>(const KernelCall&, const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&,
                               double);

}  // namespace conformance::eager
