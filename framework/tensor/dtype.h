#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace conformance {

/// Element types. The order is ours; formats translate (safetensors' "F32", ONNX's 1, .pt2's 7, ExecuTorch's 6).
enum class DType : uint8_t { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool, kC64, kC128 };

constexpr size_t ByteSize(DType dtype) {
  switch (dtype) {
    case DType::kC128: return 16;
    case DType::kC64:
    case DType::kF64:
    case DType::kI64: return 8;
    case DType::kF32:
    case DType::kI32: return 4;
    case DType::kF16:
    case DType::kBF16:
    case DType::kI16: return 2;
    case DType::kI8:
    case DType::kU8:
    case DType::kBool: return 1;
  }
  return 0;
}
constexpr bool IsFloating(DType dtype) { return dtype <= DType::kBF16; }
constexpr bool IsIntegral(DType dtype) { return dtype >= DType::kI64 && dtype <= DType::kU8; }
constexpr bool IsComplex(DType dtype) { return dtype >= DType::kC64; }
/// Of the real and imaginary parts: f32 of complex64, f64 of complex128; a real type is its own.
constexpr DType RealOf(DType dtype) { return dtype == DType::kC64 ? DType::kF32 : dtype == DType::kC128 ? DType::kF64 : dtype; }
/// Of numbers whose parts have the type `real`, as PyTorch's toComplexType: bf16 takes those of f32. Nothing for f16 (PyTorch's complex32,
/// which we have not).
constexpr std::optional<DType> ComplexOf(DType real) {
  if (IsComplex(real)) return real;
  if (real == DType::kF64) return DType::kC128;
  if (real == DType::kF16) return std::nullopt;
  return DType::kC64;
}

/// "f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool", "complex64", "complex128".
std::string_view ToString(DType dtype);
std::optional<DType> DTypeFromString(std::string_view name);
/// "float64", "float32", "float16", "bfloat16", "int64", … , "bool", "complex64", "complex128": PyTorch's and Hugging Face's names.
std::string_view TorchName(DType dtype);
std::optional<DType> DTypeFromTorchName(std::string_view name);

/// PyTorch's promotion of two tensor dtypes (torch.promote_types): bool < integers < floats < complex; u8 with a signed type
/// gives the next wider signed type; f16 with bf16 gives f32; f64 with complex64 gives complex128.
DType PromoteTypes(DType a, DType b);

}  // namespace conformance
