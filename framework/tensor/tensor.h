#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/dtype.h"

namespace conformance {

using Shape = std::vector<int64_t>;

/// Number of elements; 1 for a scalar. Sizes are ≥ 0.
int64_t NumElements(std::span<const int64_t> shape);
/// As above, or nothing where it would not fit into int64 (for sizes that come from a file).
std::optional<int64_t> CheckedNumElements(std::span<const int64_t> shape);
/// Row-major strides in elements, PyTorch's way (a size of 0 or 1 counts as 1).
Shape ContiguousStrides(std::span<const int64_t> shape);

/// Bytes that tensors share. Owned memory, or a range of a mapped file kept alive by `owner`.
struct Storage {
  std::byte* data = nullptr;
  size_t bytes = 0;
  bool writable = true;
  std::shared_ptr<void> owner;
};

/// A strided view of shared storage: dtype, sizes, strides and offset in elements. Copies share the storage, as in PyTorch.
/// f16 and bf16 elements are their 16 bits (uint16_t); bool is one byte, 0 or 1; a complex element is its real and its imaginary part.
/// No arithmetic here.
class Tensor {
 public:
  /// An empty f32 tensor of shape [0].
  Tensor();

  /// Uninitialised, contiguous, 64-byte aligned. The caller has checked that the size is sane.
  static Tensor Empty(DType dtype, Shape shape);
  static Tensor Zeros(DType dtype, Shape shape);
  /// Over foreign bytes (a mapped file); `storage->bytes` must cover it.
  static Tensor Over(std::shared_ptr<const Storage> storage, DType dtype, Shape shape, int64_t byte_offset = 0);
  /// A copy of `values` as the element type of T (float, double, int64_t, int32_t, int16_t, int8_t, uint8_t, bool, and
  /// std::complex of float or double).
  template <typename T>
  static Tensor Of(Shape shape, const std::vector<T>& values);

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }
  int64_t rank() const { return static_cast<int64_t>(shape_.size()); }
  int64_t dim(int64_t axis) const;  ///< negative counts from the end
  int64_t num_elements() const { return num_elements_; }
  size_t byte_size() const { return static_cast<size_t>(num_elements_) * ByteSize(dtype_); }  ///< of a contiguous copy
  bool IsContiguous() const;
  const std::shared_ptr<const Storage>& storage() const { return storage_; }
  int64_t offset() const { return offset_; }  ///< in elements from the storage's start

  /// First element's address; elements follow `strides()`.
  const std::byte* raw() const { return storage_->data + offset_ * static_cast<int64_t>(ByteSize(dtype_)); }
  std::byte* raw_mutable() const;
  template <typename T>
  const T* data() const { return reinterpret_cast<const T*>(raw()); }
  template <typename T>
  T* mutable_data() const { return reinterpret_cast<T*>(raw_mutable()); }

  /// Another view of the same storage; the caller guarantees that it lies inside.
  Tensor View(Shape shape, Shape strides, int64_t offset) const;
  /// This, if contiguous, or a contiguous copy.
  Tensor Contiguous() const;
  /// A contiguous deep copy.
  Tensor Clone() const;
  /// Same bytes, other sizes; must be contiguous with as many elements.
  Tensor Reshaped(Shape shape) const;
  /// Bytes of a contiguous tensor.
  std::span<const std::byte> bytes() const { return {raw(), byte_size()}; }

  /// Element `index` in row-major order, whatever the dtype and strides; of a complex one the real part. Slow: for tests, messages
  /// and small loops.
  double At(int64_t index) const;
  int64_t IntAt(int64_t index) const;
  /// All elements in row-major order, converted. `ToDoubles` for any dtype; i64 beyond 2^53 lose digits (use ToInts), complex
  /// elements their imaginary parts (use ViewAsReal).
  std::vector<double> ToDoubles() const;
  std::vector<int64_t> ToInts() const;

 private:
  explicit Tensor(std::nullptr_t) {}  // for Over, which fills every field
  int64_t ElementOffset(int64_t index) const;

  DType dtype_ = DType::kF32;
  Shape shape_;
  Shape strides_;
  int64_t offset_ = 0;
  int64_t num_elements_ = 0;
  std::shared_ptr<const Storage> storage_;
};

/// Tensors by dotted path, in a fixed order (inputs, outputs, files).
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
/// The tensor of that name, or null.
const Tensor* Find(const NamedTensors& tensors, std::string_view name);

/// "f32[2, 9, 96]".
std::string Describe(const Tensor& tensor);

/// Same dtype, shape and bit patterns of all elements.
bool BitEqual(const Tensor& a, const Tensor& b);

/// Scalar conversions that PyTorch uses: round to nearest even, overflow to infinity, NaN kept.
float HalfToFloat(uint16_t bits);
uint16_t FloatToHalf(float value);
inline float BFloat16ToFloat(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  return __builtin_bit_cast(float, wide);
}
uint16_t FloatToBFloat16(float value);
/// Straight from double: one rounding, not two.
uint16_t DoubleToHalf(double value);
uint16_t DoubleToBFloat16(double value);

/// The parts of complex elements as a last axis of 2, over the same storage (torch.view_as_real); a real tensor is returned as it is.
Tensor ViewAsReal(const Tensor& tensor);
/// The other way (torch.view_as_complex): f32 or f64 with a last axis of 2. Over the same storage where the strides allow, else a copy.
Tensor ViewAsComplex(const Tensor& tensor);

/// A contiguous copy in another dtype, PyTorch's `to`: float to integer truncates, complex to real drops the imaginary part, anything to
/// bool is != 0.
Tensor Cast(const Tensor& tensor, DType dtype);

}  // namespace conformance
