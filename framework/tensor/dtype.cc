#include "framework/tensor/dtype.h"

#include <algorithm>
#include <array>
#include <utility>

namespace conformance {
namespace {
struct Names {
  DType dtype;
  std::string_view ours;
  std::string_view torch;
};
constexpr std::array<Names, 12> kNames = {{
    {DType::kF64, "f64", "float64"},   {DType::kF32, "f32", "float32"}, {DType::kF16, "f16", "float16"},
    {DType::kBF16, "bf16", "bfloat16"}, {DType::kI64, "i64", "int64"},   {DType::kI32, "i32", "int32"},
    {DType::kI16, "i16", "int16"},     {DType::kI8, "i8", "int8"},      {DType::kU8, "u8", "uint8"},
    {DType::kBool, "bool", "bool"},    {DType::kC64, "complex64", "complex64"}, {DType::kC128, "complex128", "complex128"},
}};
}  // namespace

std::string_view ToString(DType dtype) { return kNames[static_cast<size_t>(dtype)].ours; }
std::string_view TorchName(DType dtype) { return kNames[static_cast<size_t>(dtype)].torch; }

std::optional<DType> DTypeFromString(std::string_view name) {
  const auto* it = std::ranges::find(kNames, name, &Names::ours);
  return it == kNames.end() ? std::nullopt : std::optional(it->dtype);
}
std::optional<DType> DTypeFromTorchName(std::string_view name) {
  const auto* it = std::ranges::find(kNames, name, &Names::torch);
  return it == kNames.end() ? std::nullopt : std::optional(it->dtype);
}

DType PromoteTypes(DType a, DType b) {
  if (a == b) return a;
  if (IsComplex(a) || IsComplex(b)) {
    return a == DType::kC128 || b == DType::kC128 || a == DType::kF64 || b == DType::kF64 ? DType::kC128 : DType::kC64;
  }
  if (IsFloating(a) != IsFloating(b)) return IsFloating(a) ? a : b;
  if (IsFloating(a)) {
    if ((a == DType::kF16 && b == DType::kBF16) || (a == DType::kBF16 && b == DType::kF16)) return DType::kF32;
    return std::min(a, b);  // the enum lists wider floats first
  }
  if (a == DType::kBool) return b;
  if (b == DType::kBool) return a;
  if (a == DType::kU8 || b == DType::kU8) {
    const DType other = a == DType::kU8 ? b : a;
    return other == DType::kI8 ? DType::kI16 : other;
  }
  return std::min(a, b);
}

}  // namespace conformance
