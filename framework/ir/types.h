#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "framework/base/result.h"
#include "framework/ops/value.h"
#include "framework/symbolic/sym_int.h"
#include "framework/tensor/dtype.h"

namespace conformance::ir {

/// Enumerations of the `.pt2` schema (torch/_export/serde/schema.py, version 8), by its numbers. They are wider than what the
/// project computes with: a Program can name a dtype that no kernel has.
enum class ScalarType : int32_t {
  kUnknown = 0,
  kByte = 1,
  kChar = 2,
  kShort = 3,
  kInt = 4,
  kLong = 5,
  kHalf = 6,
  kFloat = 7,
  kDouble = 8,
  kComplexHalf = 9,
  kComplexFloat = 10,
  kComplexDouble = 11,
  kBool = 12,
  kBFloat16 = 13,
  kUInt16 = 28,
  kFloat8E4M3FN = 29,
  kFloat8E5M2 = 30,
  kFloat8E4M3FNUZ = 31,
  kFloat8E5M2FNUZ = 32,
  kFloat8E8M0FNU = 33,
  kUInt32 = 34,
  kUInt64 = 35,
};
enum class Layout : int32_t {
  kUnknown = 0,
  kSparseCoo = 1,
  kSparseCsr = 2,
  kSparseCsc = 3,
  kSparseBsr = 4,
  kSparseBsc = 5,
  kMkldnn = 6,
  kStrided = 7,
};
enum class MemoryFormat : int32_t { kUnknown = 0, kContiguous = 1, kChannelsLast = 2, kChannelsLast3d = 3, kPreserve = 4 };
using Device = ops::Device;  ///< type "cpu", "cuda", …; index

/// "f32", "i64", "bool", "complex64", …; those that we compute nothing with by PyTorch's names ("float8_e4m3fn", "uint16").
std::string_view ToString(ScalarType type);
std::string_view ToString(Layout layout);         ///< "strided", "sparse_coo", …
std::string_view ToString(MemoryFormat format);   ///< "contiguous", "preserve", …
std::optional<ScalarType> ScalarTypeFromString(std::string_view name);
std::optional<Layout> LayoutFromString(std::string_view name);
std::optional<MemoryFormat> MemoryFormatFromString(std::string_view name);
/// By the schema's number; nothing for a number it does not have.
std::optional<ScalarType> ScalarTypeFromNumber(int64_t number);
std::optional<Layout> LayoutFromNumber(int64_t number);
std::optional<MemoryFormat> MemoryFormatFromNumber(int64_t number);

/// Our dtype, or nothing where we have none (complex32, float8, unsigned wider than 8 bits).
std::optional<DType> ToDType(ScalarType type);
ScalarType FromDType(DType dtype);
std::optional<ops::MemoryFormat> ToOps(MemoryFormat format);
MemoryFormat FromOps(ops::MemoryFormat format);
std::optional<ops::Layout> ToOps(Layout layout);
Layout FromOps(ops::Layout layout);

/// What is known of a tensor value. Strides and offset are in elements.
struct TensorMeta {
  ScalarType dtype = ScalarType::kFloat;
  std::vector<SymInt> sizes;
  std::vector<SymInt> strides;
  SymInt storage_offset = 0;
  Device device;
  Layout layout = Layout::kStrided;
  bool requires_grad = false;
};
/// Row-major strides, as PyTorch computes them for a fresh tensor; a symbolic size s counts as max(s, 1) unless it is one symbol.
std::vector<SymInt> ContiguousStrides(const std::vector<SymInt>& sizes);
TensorMeta MakeTensorMeta(DType dtype, std::vector<SymInt> sizes);
/// Errors: kUnsupported for a dtype that we have no kernel type for.
Result<ops::TensorMeta> ToOps(const TensorMeta& meta);

/// A float that is only known when the program runs: sympy's srepr text, as the file has it.
struct SymFloat {
  double value = 0;                        ///< of a constant one
  std::optional<std::string> expression;   ///< absent: constant
  std::optional<double> hint;
  friend bool operator==(const SymFloat&, const SymFloat&) = default;
};
/// An opaque object (torch.ScriptObject) by its class.
struct CustomObjMeta {
  std::string class_fqn;
  friend bool operator==(const CustomObjMeta&, const CustomObjMeta&) = default;
};
/// An effect token: orders nodes with side effects, carries nothing.
struct TokenMeta {
  friend bool operator==(TokenMeta, TokenMeta) { return true; }
};
using ValueMeta = std::variant<TensorMeta, SymInt, SymFloat, SymBool, CustomObjMeta, TokenMeta>;
bool Same(const TensorMeta& a, const TensorMeta& b);
bool Same(const ValueMeta& a, const ValueMeta& b);
/// "f32[s0, 9, 96]", "i64 s0*3", …: short, for messages.
std::string Describe(const ValueMeta& meta);

/// A constant that stands where a value might.
using ConstantValue = std::variant<std::monostate, int64_t, double, std::string, bool>;

}  // namespace conformance::ir
