#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "framework/formats/onnx.h"

/// ONNX semantics written from the ONNX operator text.
namespace conformance::onnx_reference {

using Elem = formats::OnnxElem;

/// How the elements of an array lie in memory. Types of less than a byte have a byte each: small integers as numbers (kI8, kU8), small
/// floats as their codes (kCode).
enum class Store : uint8_t { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU64, kU32, kU16, kU8, kBool, kCode, kC64, kC128, kString };

/// The store that a type is declared to have.
Store StoreOf(Elem elem);
/// Bytes of one element; of a string: of the std::string object.
size_t BytesOf(Store store);
/// True for f64, f32, f16 and bf16: what the oracle keeps in f64.
constexpr bool IsWideFloat(Elem elem) {
  return elem == Elem::kDouble || elem == Elem::kFloat || elem == Elem::kFloat16 || elem == Elem::kBfloat16;
}
constexpr bool IsHalf(Elem elem) { return elem == Elem::kFloat16 || elem == Elem::kBfloat16; }
/// The operator text's names: "float", "int64", "float8e4m3fn".
std::string_view NameOf(Elem elem);

/// A set of element types.
class Types {
 public:
  constexpr Types() = default;
  template <typename... Elems>
  static constexpr Types Of(Elems... elems) {
    Types types;
    ((types.bits_ |= uint32_t{1} << static_cast<uint32_t>(elems)), ...);
    return types;
  }
  constexpr bool Has(Elem elem) const {
    const auto bit = static_cast<uint32_t>(elem);  // any number, where it comes from a file
    return bit < 32 && (bits_ >> bit & 1) != 0;
  }
  constexpr Types operator|(Types other) const {
    Types types;
    types.bits_ = bits_ | other.bits_;
    return types;
  }
  /// "float16, float, double".
  std::string ToString() const;

 private:
  uint32_t bits_ = 0;
};

inline constexpr Types kHalves = Types::Of(Elem::kFloat16, Elem::kBfloat16);
inline constexpr Types kFloats = Types::Of(Elem::kFloat, Elem::kDouble) | kHalves;
inline constexpr Types kSigned = Types::Of(Elem::kInt8, Elem::kInt16, Elem::kInt32, Elem::kInt64);
inline constexpr Types kUnsigned = Types::Of(Elem::kUint8, Elem::kUint16, Elem::kUint32, Elem::kUint64);
inline constexpr Types kInts = kSigned | kUnsigned;
inline constexpr Types kNumbers = kFloats | kInts;
inline constexpr Types kBool = Types::Of(Elem::kBool);
inline constexpr Types kString = Types::Of(Elem::kString);
inline constexpr Types kComplex = Types::Of(Elem::kComplex64, Elem::kComplex128);
inline constexpr Types kFloat8 = Types::Of(Elem::kFloat8E4M3Fn, Elem::kFloat8E4M3FnUz, Elem::kFloat8E5M2, Elem::kFloat8E5M2FnUz);
/// Element types that came later: 8 bits of exponent alone, and those below a byte.
inline constexpr Types kSmallInts = Types::Of(Elem::kUint4, Elem::kInt4, Elem::kUint2, Elem::kInt2);
inline constexpr Types kSmall = kFloat8 | kSmallInts |
                                Types::Of(Elem::kFloat8E8M0, Elem::kFloat4E2M1, Elem::kFloat6E2M3, Elem::kFloat6E3M2);
inline constexpr Types kBytes = Types::Of(Elem::kInt8, Elem::kUint8);
/// What numbers are quantized to: integers of 16 bits and less, floats of 8 bits and less.
inline constexpr Types kQuantized = kBytes | kSmallInts | kFloat8 | Types::Of(Elem::kInt16, Elem::kUint16, Elem::kFloat4E2M1, Elem::kFloat6E2M3, Elem::kFloat6E3M2);
/// Whatever a tensor can hold.
inline constexpr Types kAny = kNumbers | kBool | kString | kComplex | kSmall;

}  // namespace conformance::onnx_reference
