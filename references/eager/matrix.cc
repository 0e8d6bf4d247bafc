#include "references/eager/matrix.h"

#include <vector>

#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {

template <typename T>
std::optional<Matrix<const T>> LaidMatrix(const Matrix<const T>& m) {
  Matrix<const T> laid = m;
  if (laid.cols == 1) laid.col_stride = 1;
  if (laid.rows == 1) laid.row_stride = laid.col_stride == 1 ? laid.cols : 1;
  const bool rows = laid.col_stride == 1 && laid.row_stride >= laid.cols;
  const bool columns = laid.row_stride == 1 && laid.col_stride >= laid.rows;
  if (!rows && !columns && laid.rows * laid.cols > 0) return std::nullopt;
  return laid;
}

template <typename T>
Matrix<const T> AsMatrix(const KernelCall& call, const Tensor& matrix, Tensor& kept) {
  kept = matrix.dtype() == kDTypeOf<T> ? matrix : ContiguousAs<T>(call.isa(), matrix);
  const auto in_place = LaidMatrix<T>({kept.data<T>(), kept.dim(0), kept.dim(1), kept.strides()[0], kept.strides()[1]});
  if (in_place) return *in_place;
  kept = kept.Clone();
  return *LaidMatrix<T>({kept.data<T>(), kept.dim(0), kept.dim(1), kept.strides()[0], kept.strides()[1]});
}

namespace {

/// Up to this many rows, reading the right side once for each of them is quicker than packing it.
constexpr int64_t kFew = 3;

template <typename T>
void InNaturalOrder(const KernelCall& call, const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, T alpha) {
  const auto gemm = call.isa().real<T>().gemm;
  if (c.rows > kFew) return gemm(a, b, c, alpha);
  for (int64_t i = 0; i < c.rows; ++i) {
    const Matrix<const T> row{a.data + i * a.row_stride, 1, a.cols, a.col_stride == 1 ? a.cols : 1, a.col_stride};
    gemm(row, b, {c.data + i * c.row_stride, 1, c.cols, c.cols, 1}, alpha);
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

template std::optional<Matrix<const float>> LaidMatrix<float>(const Matrix<const float>&);
template std::optional<Matrix<const double>> LaidMatrix<double>(const Matrix<const double>&);
template Matrix<const float> AsMatrix<float>(const KernelCall&, const Tensor&, Tensor&);
template Matrix<const double> AsMatrix<double>(const KernelCall&, const Tensor&, Tensor&);
template void Multiply<float>(const KernelCall&, const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&, float);
template void Multiply<double>(const KernelCall&, const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&,
                               double);

}  // namespace conformance::eager
