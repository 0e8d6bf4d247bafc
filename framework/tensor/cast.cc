#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "framework/tensor/tensor.h"

namespace conformance {

float HalfToFloat(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000U) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1FU;
  uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0x1F) return __builtin_bit_cast(float, sign | 0x7F800000U | (mantissa << 13));
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  return __builtin_bit_cast(float, sign | ((exponent + 112) << 23) | (mantissa << 13));
}

namespace {

// A double to a binary format of `mantissa_bits` explicit bits and exponents from `min_exponent` (of normals) to
// `max_exponent`: one rounding to nearest even, subnormals included.
uint16_t RoundTo16(double value, int mantissa_bits, int min_exponent, int max_exponent) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const int exponent_bits = 15 - mantissa_bits;
  const auto infinity = static_cast<uint16_t>(((1U << exponent_bits) - 1) << mantissa_bits);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | infinity | (1U << (mantissa_bits - 1)));
  if (std::isinf(value)) return static_cast<uint16_t>(sign | infinity);
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  int exponent = std::max(std::ilogb(magnitude), min_exponent);
  // In units of the last place; nearbyint rounds to even, and 2^53 covers every such count exactly.
  const double units = std::nearbyint(std::ldexp(magnitude, mantissa_bits - exponent));
  auto count = static_cast<uint32_t>(units);
  if (count >> (mantissa_bits + 1) != 0) {
    count >>= 1;
    ++exponent;
  }
  if (exponent > max_exponent) return static_cast<uint16_t>(sign | infinity);
  const bool normal = count >> mantissa_bits != 0;
  const uint32_t field = normal ? static_cast<uint32_t>(exponent - min_exponent + 1) : 0;
  return static_cast<uint16_t>(sign | (field << mantissa_bits) | (count & ((1U << mantissa_bits) - 1)));
}

}  // namespace

uint16_t DoubleToHalf(double value) { return RoundTo16(value, 10, -14, 15); }
uint16_t DoubleToBFloat16(double value) { return RoundTo16(value, 7, -126, 127); }
uint16_t FloatToHalf(float value) { return RoundTo16(value, 10, -14, 15); }

uint16_t FloatToBFloat16(float value) {
  const auto bits = __builtin_bit_cast(uint32_t, value);
  if (std::isnan(value)) return static_cast<uint16_t>((bits >> 16) | 0x40U);
  return static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

namespace {

struct Half { uint16_t bits; };
struct BFloat { uint16_t bits; };
struct Bool { uint8_t value; };

template <typename T>
auto Load(T value) {
  if constexpr (std::is_same_v<T, Half>) return HalfToFloat(value.bits);
  else if constexpr (std::is_same_v<T, BFloat>) return BFloat16ToFloat(value.bits);
  else if constexpr (std::is_same_v<T, Bool>) return static_cast<int64_t>(value.value);
  else return value;
}

template <typename T, typename S>
T Store(S value) {
  if constexpr (std::is_same_v<T, Half>) return {DoubleToHalf(static_cast<double>(value))};
  else if constexpr (std::is_same_v<T, BFloat>) {
    if constexpr (std::is_same_v<S, float>) return {FloatToBFloat16(value)};
    else return {DoubleToBFloat16(static_cast<double>(value))};
  } else if constexpr (std::is_same_v<T, Bool>) return {static_cast<uint8_t>(value != 0)};
  else if constexpr (std::is_integral_v<T> && std::is_floating_point_v<S>) {
    // Out-of-range conversions are undefined in C++; like x86 they give the smallest integer, then wrap.
    if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) {
      return static_cast<T>(std::numeric_limits<int64_t>::min());
    }
    return static_cast<T>(static_cast<int64_t>(value));
  } else return static_cast<T>(value);
}

template <typename T, typename S>
void Convert(const S* in, int64_t count, T* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = Store<T>(Load(in[i]));
}

template <typename S>
void ConvertTo(const Tensor& in, const Tensor& out) {
  const int64_t n = in.num_elements();
  const S* from = in.data<S>();
  switch (out.dtype()) {
    case DType::kF64: return Convert(from, n, out.mutable_data<double>());
    case DType::kF32: return Convert(from, n, out.mutable_data<float>());
    case DType::kF16: return Convert(from, n, out.mutable_data<Half>());
    case DType::kBF16: return Convert(from, n, out.mutable_data<BFloat>());
    case DType::kI64: return Convert(from, n, out.mutable_data<int64_t>());
    case DType::kI32: return Convert(from, n, out.mutable_data<int32_t>());
    case DType::kI16: return Convert(from, n, out.mutable_data<int16_t>());
    case DType::kI8: return Convert(from, n, out.mutable_data<int8_t>());
    case DType::kU8: return Convert(from, n, out.mutable_data<uint8_t>());
    case DType::kBool: return Convert(from, n, out.mutable_data<Bool>());
    case DType::kC64:
    case DType::kC128: break;  // CastComplex
  }
}

/// Part 0 (real) or 1 (imaginary) of complex elements, as a view.
Tensor Part(const Tensor& z, int64_t part) {
  const Tensor pairs = ViewAsReal(z);
  Shape strides = pairs.strides();
  strides.pop_back();
  return pairs.View(z.shape(), std::move(strides), pairs.offset() + part);
}

Tensor CastComplex(const Tensor& tensor, DType dtype) {
  if (IsComplex(tensor.dtype()) && IsComplex(dtype)) return ViewAsComplex(Cast(ViewAsReal(tensor), RealOf(dtype)));
  if (IsComplex(tensor.dtype())) {
    Tensor real = Cast(Part(tensor, 0), dtype);
    if (dtype != DType::kBool) return real;
    const Tensor imaginary = Cast(Part(tensor, 1), dtype);
    for (int64_t i = 0; i < real.num_elements(); ++i) real.mutable_data<uint8_t>()[i] |= imaginary.data<uint8_t>()[i];
    return real;
  }
  const Tensor real = Cast(tensor, RealOf(dtype));
  Tensor out = Tensor::Zeros(dtype, tensor.shape());
  const size_t width = ByteSize(real.dtype());
  for (size_t i = 0; i < static_cast<size_t>(real.num_elements()); ++i) {
    std::memcpy(out.raw_mutable() + 2 * i * width, real.raw() + i * width, width);
  }
  return out;
}

}  // namespace

Tensor Cast(const Tensor& tensor, DType dtype) {
  if (tensor.dtype() == dtype) return tensor.Clone();
  if (IsComplex(tensor.dtype()) || IsComplex(dtype)) return CastComplex(tensor, dtype);
  const Tensor in = tensor.Contiguous();
  Tensor out = Tensor::Empty(dtype, in.shape());
  switch (in.dtype()) {
    case DType::kF64: ConvertTo<double>(in, out); break;
    case DType::kF32: ConvertTo<float>(in, out); break;
    case DType::kF16: ConvertTo<Half>(in, out); break;
    case DType::kBF16: ConvertTo<BFloat>(in, out); break;
    case DType::kI64: ConvertTo<int64_t>(in, out); break;
    case DType::kI32: ConvertTo<int32_t>(in, out); break;
    case DType::kI16: ConvertTo<int16_t>(in, out); break;
    case DType::kI8: ConvertTo<int8_t>(in, out); break;
    case DType::kU8: ConvertTo<uint8_t>(in, out); break;
    case DType::kBool: ConvertTo<Bool>(in, out); break;
    case DType::kC64:
    case DType::kC128: break;  // CastComplex
  }
  return out;
}

}  // namespace conformance
