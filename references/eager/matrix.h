#pragma once

#include <optional>

#include "references/eager/convert.h"
#include "references/eager/kernel.h"

namespace conformance::eager {

/// A matrix that lies in rows or in columns, with strides as products want them (along an axis of size 1 any will do); nothing for
/// elements further apart.
template <typename T>
std::optional<Matrix<const T>> LaidMatrix(const Matrix<const T>& m);

/// The last two axes of a tensor, element `batch` of the leading ones (of a tensor with as many axes as `at` has entries + 2).
/// A tensor whose elements are of T and lie in rows or columns is used in place; another is copied, and `kept` owns the copy.
template <typename T>
Matrix<const T> AsMatrix(const KernelCall& call, const Tensor& matrix, Tensor& kept);

/// c += alpha·a·b, by the product that fits the shape; in the natural order of summation or by the run's order seed.
template <typename T>
void Multiply(const KernelCall& call, const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, T alpha = 1);

template <typename T>
Matrix<const T> Transposed(const Matrix<const T>& m) {
  return {m.data, m.cols, m.rows, m.col_stride, m.row_stride};
}
/// Rows of a contiguous block.
template <typename T>
Matrix<T> RowMajor(T* data, int64_t rows, int64_t cols) {
  return {data, rows, cols, cols, 1};
}

}  // namespace conformance::eager
