#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "references/eager/convert.h"
#include "references/eager/kernel.h"
#include "references/eager/view.h"

namespace conformance::eager {

/// A tensor as contiguous rows of T: the reduced axes moved to the end and joined.
template <typename T>
struct Rows {
  Tensor tensor;  ///< contiguous, of T; x itself where it lay so
  int64_t count = 0;
  int64_t width = 0;
  const T* row(int64_t i) const { return tensor.data<T>() + i * width; }
};

/// The other axes in order, then `axes` (wrapped, sorted).
std::vector<int64_t> AxesLast(int64_t rank, const std::vector<int64_t>& axes);

template <typename T>
Rows<T> ReadRows(const KernelCall& call, const Tensor& x, const std::vector<int64_t>& axes);
/// The last `inner` axes as rows.
template <typename T>
Rows<T> ReadLastAxes(const KernelCall& call, const Tensor& x, int64_t inner);

/// Sums along rows of one width, in the natural order, or permuted and split by the run's order seed.
template <typename T>
class Summation {
 public:
  Summation(const KernelCall& call, int64_t width);

  T Sum(const T* row);
  /// Σ (x − centre)².
  T SumSquares(const T* row, T centre);
  T Dot(const T* x, const T* y);

 private:
  const T* Permuted(const T* row, std::vector<T>& scratch) const;
  template <typename Piece>
  T InPieces(const Piece& piece) const;

  const RealKernels<T>& kernels_;
  int64_t width_;
  std::vector<int64_t> order_;  // empty: natural
  std::vector<int64_t> ends_;   // of the pieces that are summed apart
  std::vector<T> first_, second_;
};

/// A permutation of [0, n) and the ends of two to four pieces, by the call's seed.
struct SeededOrder {
  std::vector<int64_t> order;
  std::vector<int64_t> ends;
};
SeededOrder MakeOrder(const KernelCall& call, int64_t n);

/// Rounds what a kernel of several steps keeps between them as PyTorch's stores do: to halves where output 0 is kept as halves, else not.
template <typename T>
class HalfRounding {
 public:
  explicit HalfRounding(const KernelCall& call);
  void operator()(T* values, int64_t n);

 private:
  const IsaKernels& isa_;
  DType store_;
  std::vector<std::byte> halves_;
};

/// `wide` in the type that output k is kept in.
Tensor Stored(const KernelCall& call, const Tensor& wide, size_t k = 0);

}  // namespace conformance::eager
