#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"
#include "references/onnx/elem.h"

namespace conformance::onnx_reference {

/// A tensor: an element type, sizes, and elements in row-major order without gaps. Copies share the elements, which nobody changes once the
/// kernel that made them has returned. `store` is how they lie in memory: the declared type's, or wider (f64 in the oracle; f32 where a kernel
/// computes halves). Integers below a byte have a byte each.
class Array {
 public:
  /// float[0].
  Array() = default;

  /// Elements to be written; numbers are uninitialised, strings empty. `live`, if given, counts its bytes while they exist. Errors: kShape for
  /// negative sizes; kOutOfMemory for more than `max_bytes`, and where the system has none.
  static Result<Array> Make(Elem elem, Store store, Shape dims, uint64_t max_bytes, const std::shared_ptr<std::atomic<uint64_t>>& live = nullptr);
  /// Over bytes that somebody owns; enough of them, and aligned.
  static Array Over(Elem elem, Store store, Shape dims, const std::byte* data, std::shared_ptr<const void> owner);
  /// A small array from a list, in the declared store of T's element type (float, double, intN_t, uintN_t, bool, std::string).
  template <typename T>
  static Array Of(Shape dims, const std::vector<T>& values);

  Elem elem() const { return elem_; }
  Store store() const { return store_; }
  const Shape& dims() const { return dims_; }
  int64_t rank() const { return static_cast<int64_t>(dims_.size()); }
  /// Size of an axis in [-rank, rank).
  int64_t dim(int64_t axis) const { return dims_[static_cast<size_t>(axis < 0 ? axis + rank() : axis)]; }
  int64_t count() const { return count_; }
  size_t bytes() const { return static_cast<size_t>(count_) * BytesOf(store_); }

  const std::byte* raw() const { return data_; }
  std::byte* raw_mutable() { return const_cast<std::byte*>(data_); }
  template <typename T>
  const T* data() const { return reinterpret_cast<const T*>(data_); }
  /// For the kernel that made it.
  template <typename T>
  T* mutable_data() { return reinterpret_cast<T*>(const_cast<std::byte*>(data_)); }
  template <typename T>
  std::span<const T> span() const { return {data<T>(), static_cast<size_t>(count_)}; }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  /// The same elements with other sizes, of the same count.
  Array Reshaped(Shape dims) const;
  /// The same elements called another type that lies in memory the same way.
  Array Called(Elem elem) const;

 private:
  Elem elem_ = Elem::kFloat;
  Store store_ = Store::kF32;
  Shape dims_ = {0};
  int64_t count_ = 0;
  const std::byte* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

/// "float[2, 3]".
std::string Describe(const Array& array);
/// The elements as integers. Errors: kType for what is no integer, naming `what`.
Result<std::vector<int64_t>> ToInts(const Array& array, std::string_view what);
/// The only element, as an integer or number. Errors: kType, kShape, naming `what`.
Result<int64_t> ToInt(const Array& array, std::string_view what);
Result<double> ToNumber(const Array& array, std::string_view what);
Result<bool> ToBool(const Array& array, std::string_view what);
/// All elements as numbers, whatever their type; empty for strings and complex ones.
std::vector<double> ToNumbers(const Array& array);

struct Sequence;
struct Optional;
struct Map;

/// What flows along an edge: nothing (an optional input that is left out), a tensor, a sequence, an optional or a map.
class Value {
 public:
  Value() = default;
  Value(Array array) : data_(std::move(array)) {}                             // NOLINT: implicit on purpose
  Value(Sequence sequence);                                                   // NOLINT: implicit on purpose
  Value(Optional optional);                                                   // NOLINT: implicit on purpose
  Value(Map map);                                                             // NOLINT: implicit on purpose

  bool IsAbsent() const { return data_.index() == 0; }
  /// Null where it is something else.
  const Array* array() const { return std::get_if<Array>(&data_); }
  const Sequence* sequence() const;
  const Optional* optional() const;
  const Map* map() const;

 private:
  std::variant<std::monostate, Array, std::shared_ptr<const Sequence>, std::shared_ptr<const Optional>, std::shared_ptr<const Map>> data_;
};
using Values = std::vector<Value>;

struct Sequence {
  Elem elem = Elem::kUndefined;  ///< of its tensors, where it is known to a sequence without any
  Values items;                  ///< tensors, or sequences or maps
};
/// An optional with a value, or without one.
struct Optional {
  Value value;  ///< absent: none
};
struct Map {
  Array keys;     ///< [n], integers or strings
  Values values;  ///< n
};

/// "float[2, 3]", "a sequence of 2", "nothing".
std::string Describe(const Value& value);

}  // namespace conformance::onnx_reference
