#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "framework/symbolic/sym_int.h"
#include "framework/tensor/tensor.h"

namespace conformance::ops {

/// What is known of a tensor without its elements. `dtype` is the declared one: under an f64 oracle an f32 value is
/// computed and kept in f64, and still says f32 here.
struct TensorMeta {
  DType dtype = DType::kF32;
  std::vector<SymInt> sizes;
};
std::string Describe(const TensorMeta& meta);  ///< "f32[s0, 9, 96]"

/// What model code handles: eagerly a tensor, in meta mode its shape, in a trace an SSA value. Model code never asks
/// which. A default one is "no value" (an absent optional tensor); a poisoned one is what ops return after an error.
class Value {
 public:
  Value() = default;
  static Value Meta(TensorMeta meta);
  /// `meta.sizes` must be the tensor's shape.
  static Value Eager(Tensor tensor, TensorMeta meta);
  static Value Eager(Tensor tensor);
  /// A traced value: `id` is the recorder's own number for it.
  static Value Traced(int64_t id, TensorMeta meta);
  static Value Poisoned();

  bool defined() const { return data_ != nullptr; }  ///< false: an absent optional tensor
  bool poisoned() const { return defined() && data_->poisoned; }
  explicit operator bool() const { return defined(); }

  /// All of the below need a defined value; a poisoned one says f32[].
  const TensorMeta& meta() const { return data_->meta; }
  DType dtype() const { return data_->meta.dtype; }
  const std::vector<SymInt>& sizes() const { return data_->meta.sizes; }
  int64_t rank() const { return static_cast<int64_t>(data_->meta.sizes.size()); }
  /// Negative counts from the end. Out of range gives 0 for a poisoned value and aborts otherwise (a model's own mistake).
  SymInt size(int64_t axis) const;

  bool has_tensor() const { return defined() && data_->tensor.has_value(); }
  const Tensor& tensor() const { return *data_->tensor; }  ///< eager mode only
  int64_t id() const { return data_->id; }                 ///< trace mode only; -1 otherwise

 private:
  struct Data {
    TensorMeta meta;
    std::optional<Tensor> tensor;
    int64_t id = -1;
    bool poisoned = false;
  };
  std::shared_ptr<const Data> data_;
};

enum class MemoryFormat : uint8_t { kContiguous, kPreserve, kChannelsLast, kChannelsLast3d };
enum class Layout : uint8_t { kStrided, kSparseCoo };
struct Device {
  std::string type = "cpu";
  std::optional<int64_t> index;
  friend bool operator==(const Device&, const Device&) = default;
};
struct NoneType {
  friend bool operator==(NoneType, NoneType) { return true; }
};

/// A complex number as an argument. Explicit: ints and floats are no complex numbers here.
struct ComplexNumber {
  explicit ComplexNumber(std::complex<double> number) : value(number) {}
  std::complex<double> value;
  friend bool operator==(const ComplexNumber&, const ComplexNumber&) = default;
};

/// One argument of an op call, with ATen's kinds. An undefined Value is the same as NoneType for an optional tensor.
using Argument = std::variant<NoneType, Value, std::vector<Value>, SymInt, std::vector<SymInt>, double,
                              std::vector<double>, bool, std::vector<bool>, std::string, DType, MemoryFormat,
                              Layout, Device, ComplexNumber>;

/// A number as model code writes it, with its Python type: an int (or size), a float, a bool or a complex number; promotion tells them apart.
class Scalar {
 public:
  Scalar(int value) : argument_(SymInt(value)) {}                 // NOLINT: implicit on purpose, as all below
  Scalar(int64_t value) : argument_(SymInt(value)) {}             // NOLINT
  Scalar(SymInt value) : argument_(std::move(value)) {}           // NOLINT
  Scalar(double value) : argument_(value) {}                      // NOLINT
  Scalar(float value) : argument_(static_cast<double>(value)) {}  // NOLINT
  Scalar(bool value) : argument_(value) {}                        // NOLINT
  Scalar(ComplexNumber value) : argument_(value) {}               // NOLINT
  const Argument& argument() const { return argument_; }

 private:
  Argument argument_;  // SymInt, double, bool or ComplexNumber
};

}  // namespace conformance::ops
