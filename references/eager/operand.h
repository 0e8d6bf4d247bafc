#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "framework/tensor/tensor.h"
#include "references/eager/convert.h"

namespace conformance::eager {

/// `x` with the strides that make it `shape` by broadcasting (0 along repeated axes). x's shape must broadcast to it.
Tensor BroadcastTo(const Tensor& x, const Shape& shape);

/// Longest run that `Operand::Read` may be asked for where it cannot point into the tensor.
constexpr int64_t kBlock = 2048;

/// Reads a tensor's elements in row-major order as T, in runs: a pointer into the tensor where the elements lie so, else a
/// copy in a buffer of its own.
template <typename T>
class Operand {
 public:
  Operand(const IsaKernels& isa, const Tensor& x);

  /// All elements adjacent and of type T, or all the same: any run is cheap.
  bool IsPlain() const { return direct_ && shape_.size() <= 1; }
  bool IsConstant() const { return constant_; }
  /// Elements that lie in a row (of stride 1); runs that do not cross multiples of it need no copy. 0: nothing lies in rows.
  int64_t row() const { return direct_ && !shape_.empty() ? shape_.back() : 0; }
  /// Elements [start, start + count); valid until the next call. count ≤ kBlock unless the operand is plain.
  const T* Read(int64_t start, int64_t count);

 private:
  const IsaKernels& isa_;
  const std::byte* data_;
  DType dtype_;
  Shape shape_;    // neighbouring axes joined where their strides allow
  Shape strides_;
  bool direct_ = false;    // elements of type T, inner stride 1
  bool constant_ = false;  // one element, repeated
  std::vector<T> buffer_;
};

/// A contiguous copy of `x` (or x itself where it is one) with elements of kDTypeOf<T>.
template <typename T>
Tensor ContiguousAs(const IsaKernels& isa, const Tensor& x);
/// A contiguous copy (or x itself) in `dtype`.
Tensor ContiguousAs(const IsaKernels& isa, const Tensor& x, DType dtype);

/// A contiguous copy in any case.
Tensor CloneOf(const IsaKernels& isa, const Tensor& x);

/// Writes the elements of `from` (same shape) into `to`, whatever the strides and types; rounds once.
void CopyInto(const IsaKernels& isa, const Tensor& from, const Tensor& to);

}  // namespace conformance::eager
