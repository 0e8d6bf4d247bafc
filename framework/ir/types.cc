#include "framework/ir/types.h"

#include <array>

#include "framework/base/strings.h"

namespace conformance::ir {
namespace {

template <typename T>
struct Named {
  T value;
  std::string_view name;
};

constexpr Named<ScalarType> kScalarTypes[] = {
    {ScalarType::kUnknown, "unknown"},
    {ScalarType::kByte, "u8"},
    {ScalarType::kChar, "i8"},
    {ScalarType::kShort, "i16"},
    {ScalarType::kInt, "i32"},
    {ScalarType::kLong, "i64"},
    {ScalarType::kHalf, "f16"},
    {ScalarType::kFloat, "f32"},
    {ScalarType::kDouble, "f64"},
    {ScalarType::kComplexHalf, "complex32"},
    {ScalarType::kComplexFloat, "complex64"},
    {ScalarType::kComplexDouble, "complex128"},
    {ScalarType::kBool, "bool"},
    {ScalarType::kBFloat16, "bf16"},
    {ScalarType::kUInt16, "uint16"},
    {ScalarType::kFloat8E4M3FN, "float8_e4m3fn"},
    {ScalarType::kFloat8E5M2, "float8_e5m2"},
    {ScalarType::kFloat8E4M3FNUZ, "float8_e4m3fnuz"},
    {ScalarType::kFloat8E5M2FNUZ, "float8_e5m2fnuz"},
    {ScalarType::kFloat8E8M0FNU, "float8_e8m0fnu"},
    {ScalarType::kUInt32, "uint32"},
    {ScalarType::kUInt64, "uint64"},
};
constexpr Named<Layout> kLayouts[] = {
    {Layout::kUnknown, "unknown"},       {Layout::kSparseCoo, "sparse_coo"}, {Layout::kSparseCsr, "sparse_csr"},
    {Layout::kSparseCsc, "sparse_csc"},  {Layout::kSparseBsr, "sparse_bsr"}, {Layout::kSparseBsc, "sparse_bsc"},
    {Layout::kMkldnn, "mkldnn"},         {Layout::kStrided, "strided"},
};
constexpr Named<MemoryFormat> kMemoryFormats[] = {
    {MemoryFormat::kUnknown, "unknown"},
    {MemoryFormat::kContiguous, "contiguous"},
    {MemoryFormat::kChannelsLast, "channels_last"},
    {MemoryFormat::kChannelsLast3d, "channels_last_3d"},
    {MemoryFormat::kPreserve, "preserve"},
};

template <typename T, size_t n>
std::string_view NameIn(const Named<T> (&table)[n], T value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return "unknown";
}
template <typename T, size_t n>
std::optional<T> ByName(const Named<T> (&table)[n], std::string_view name) {
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}
template <typename T, size_t n>
std::optional<T> ByNumber(const Named<T> (&table)[n], int64_t number) {
  for (const auto& entry : table) {
    if (static_cast<int64_t>(entry.value) == number) return entry.value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(ScalarType type) { return NameIn(kScalarTypes, type); }
std::string_view ToString(Layout layout) { return NameIn(kLayouts, layout); }
std::string_view ToString(MemoryFormat format) { return NameIn(kMemoryFormats, format); }
std::optional<ScalarType> ScalarTypeFromString(std::string_view name) { return ByName(kScalarTypes, name); }
std::optional<Layout> LayoutFromString(std::string_view name) { return ByName(kLayouts, name); }
std::optional<MemoryFormat> MemoryFormatFromString(std::string_view name) { return ByName(kMemoryFormats, name); }
std::optional<ScalarType> ScalarTypeFromNumber(int64_t number) { return ByNumber(kScalarTypes, number); }
std::optional<Layout> LayoutFromNumber(int64_t number) { return ByNumber(kLayouts, number); }
std::optional<MemoryFormat> MemoryFormatFromNumber(int64_t number) { return ByNumber(kMemoryFormats, number); }

std::optional<DType> ToDType(ScalarType type) {
  switch (type) {
    case ScalarType::kByte: return DType::kU8;
    case ScalarType::kChar: return DType::kI8;
    case ScalarType::kShort: return DType::kI16;
    case ScalarType::kInt: return DType::kI32;
    case ScalarType::kLong: return DType::kI64;
    case ScalarType::kHalf: return DType::kF16;
    case ScalarType::kFloat: return DType::kF32;
    case ScalarType::kDouble: return DType::kF64;
    case ScalarType::kBool: return DType::kBool;
    case ScalarType::kBFloat16: return DType::kBF16;
    case ScalarType::kComplexFloat: return DType::kC64;
    case ScalarType::kComplexDouble: return DType::kC128;
    default: return std::nullopt;
  }
}

ScalarType FromDType(DType dtype) {
  switch (dtype) {
    case DType::kF64: return ScalarType::kDouble;
    case DType::kF32: return ScalarType::kFloat;
    case DType::kF16: return ScalarType::kHalf;
    case DType::kBF16: return ScalarType::kBFloat16;
    case DType::kI64: return ScalarType::kLong;
    case DType::kI32: return ScalarType::kInt;
    case DType::kI16: return ScalarType::kShort;
    case DType::kI8: return ScalarType::kChar;
    case DType::kU8: return ScalarType::kByte;
    case DType::kBool: return ScalarType::kBool;
    case DType::kC64: return ScalarType::kComplexFloat;
    case DType::kC128: return ScalarType::kComplexDouble;
  }
  return ScalarType::kUnknown;
}

std::optional<ops::MemoryFormat> ToOps(MemoryFormat format) {
  switch (format) {
    case MemoryFormat::kContiguous: return ops::MemoryFormat::kContiguous;
    case MemoryFormat::kPreserve: return ops::MemoryFormat::kPreserve;
    case MemoryFormat::kChannelsLast: return ops::MemoryFormat::kChannelsLast;
    case MemoryFormat::kChannelsLast3d: return ops::MemoryFormat::kChannelsLast3d;
    case MemoryFormat::kUnknown: break;
  }
  return std::nullopt;
}
MemoryFormat FromOps(ops::MemoryFormat format) {
  switch (format) {
    case ops::MemoryFormat::kContiguous: return MemoryFormat::kContiguous;
    case ops::MemoryFormat::kPreserve: return MemoryFormat::kPreserve;
    case ops::MemoryFormat::kChannelsLast: return MemoryFormat::kChannelsLast;
    case ops::MemoryFormat::kChannelsLast3d: return MemoryFormat::kChannelsLast3d;
  }
  return MemoryFormat::kUnknown;
}
std::optional<ops::Layout> ToOps(Layout layout) {
  if (layout == Layout::kStrided) return ops::Layout::kStrided;
  if (layout == Layout::kSparseCoo) return ops::Layout::kSparseCoo;
  return std::nullopt;
}
Layout FromOps(ops::Layout layout) { return layout == ops::Layout::kStrided ? Layout::kStrided : Layout::kSparseCoo; }

std::vector<SymInt> ContiguousStrides(const std::vector<SymInt>& sizes) {
  std::vector<SymInt> strides(sizes.size());
  SymInt product = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = product;
    product *= sizes[i].IsConstant() || sizes[i].AsSymbol() ? sizes[i] : Max(sizes[i], 1);
    if (sizes[i].AsInt() == 0) product = strides[i];
  }
  return strides;
}

TensorMeta MakeTensorMeta(DType dtype, std::vector<SymInt> sizes) {
  TensorMeta meta;
  meta.dtype = FromDType(dtype);
  meta.strides = ContiguousStrides(sizes);
  meta.sizes = std::move(sizes);
  return meta;
}

Result<ops::TensorMeta> ToOps(const TensorMeta& meta) {
  const auto dtype = ToDType(meta.dtype);
  if (!dtype) return Unsupported("tensors of dtype " + std::string(ToString(meta.dtype)) + " are not computed with");
  ops::TensorMeta out;
  out.dtype = *dtype;
  out.sizes = meta.sizes;
  return out;
}

namespace {
bool SameSizes(const std::vector<SymInt>& a, const std::vector<SymInt>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SymInt::Same(a[i], b[i])) return false;
  }
  return true;
}
}  // namespace

bool Same(const TensorMeta& a, const TensorMeta& b) {
  return a.dtype == b.dtype && SameSizes(a.sizes, b.sizes) && SameSizes(a.strides, b.strides) &&
         SymInt::Same(a.storage_offset, b.storage_offset) && a.device == b.device && a.layout == b.layout &&
         a.requires_grad == b.requires_grad;
}

bool Same(const ValueMeta& a, const ValueMeta& b) {
  if (a.index() != b.index()) return false;
  if (const auto* tensor = std::get_if<TensorMeta>(&a)) return Same(*tensor, std::get<TensorMeta>(b));
  if (const auto* size = std::get_if<SymInt>(&a)) return SymInt::Same(*size, std::get<SymInt>(b));
  if (const auto* number = std::get_if<SymFloat>(&a)) return *number == std::get<SymFloat>(b);
  if (const auto* condition = std::get_if<SymBool>(&a)) return SymBool::Same(*condition, std::get<SymBool>(b));
  if (const auto* object = std::get_if<CustomObjMeta>(&a)) return *object == std::get<CustomObjMeta>(b);
  return true;
}

std::string Describe(const ValueMeta& meta) {
  if (const auto* tensor = std::get_if<TensorMeta>(&meta)) return std::string(ToString(tensor->dtype)) + SizesText(tensor->sizes);
  if (const auto* size = std::get_if<SymInt>(&meta)) return "int " + size->ToString();
  if (const auto* number = std::get_if<SymFloat>(&meta)) return "float " + number->expression.value_or(DoubleText(number->value));
  if (const auto* condition = std::get_if<SymBool>(&meta)) return "bool " + condition->ToString();
  if (const auto* object = std::get_if<CustomObjMeta>(&meta)) return "object " + object->class_fqn;
  return "token";
}

}  // namespace conformance::ir
