#include "framework/formats/small_floats.h"

#include <cmath>
#include <limits>

namespace conformance::formats {

SmallFloat SmallFloatOf(OnnxElem elem) {
  switch (elem) {
    case OnnxElem::kFloat8E4M3Fn: return {4, 3, 7, false, true, false};
    case OnnxElem::kFloat8E4M3FnUz: return {4, 3, 8, false, false, true};
    case OnnxElem::kFloat8E5M2: return {5, 2, 15, true, false, false};
    case OnnxElem::kFloat8E5M2FnUz: return {5, 2, 16, false, false, true};
    case OnnxElem::kFloat6E2M3: return {2, 3, 1, false, false, false};
    case OnnxElem::kFloat6E3M2: return {3, 2, 3, false, false, false};
    default: return {2, 1, 1, false, false, false};  // float4e2m1
  }
}

namespace {
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

uint8_t SignOf(const SmallFloat& type, bool negative) {
  return negative ? static_cast<uint8_t>(1U << (type.exponent_bits + type.mantissa_bits)) : uint8_t{0};
}
/// The code without sign of the largest number.
int LargestOf(const SmallFloat& type) {
  const int all = (1 << (type.exponent_bits + type.mantissa_bits)) - 1;
  if (type.infinity) return all - (1 << type.mantissa_bits);
  return type.nan_all_ones ? all - 1 : all;
}
}  // namespace

float DecodeSmallFloat(OnnxElem elem, uint8_t code) {
  if (elem == OnnxElem::kFloat8E8M0) return code == 0xFF ? kNaN : std::ldexp(1.0F, code - 127);
  const SmallFloat type = SmallFloatOf(elem);
  const int magnitude = code & ((1 << (type.exponent_bits + type.mantissa_bits)) - 1);
  const bool negative = (code & SignOf(type, true)) != 0;
  if (type.nan_negative_zero && negative && magnitude == 0) return kNaN;
  const int largest = LargestOf(type);
  if (magnitude > largest) return type.infinity && magnitude == largest + 1 ? (negative ? -kInfinity : kInfinity) : kNaN;
  const int exponent = magnitude >> type.mantissa_bits, mantissa = magnitude & ((1 << type.mantissa_bits) - 1);
  const float value = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), 1 - type.bias - type.mantissa_bits)
                                    : std::ldexp(static_cast<float>(mantissa + (1 << type.mantissa_bits)), exponent - type.bias - type.mantissa_bits);
  return negative ? -value : value;
}

uint8_t EncodeSmallFloat(OnnxElem elem, double value, bool saturate) {
  const SmallFloat type = SmallFloatOf(elem);
  const int all = (1 << (type.exponent_bits + type.mantissa_bits)) - 1;
  const int largest = LargestOf(type);
  const bool negative = std::signbit(value);
  const uint8_t sign = SignOf(type, negative);
  const bool has_nan = type.infinity || type.nan_all_ones || type.nan_negative_zero;
  const uint8_t nan = type.nan_negative_zero ? SignOf(type, true) : static_cast<uint8_t>(all | (std::isnan(value) ? 0 : sign));
  // The MX specification leaves open what NaN becomes where there is none; -0 is what ml_dtypes and the onnx package make of it.
  if (std::isnan(value)) return has_nan ? nan : SignOf(type, true);
  const auto beyond = [&]() -> uint8_t {
    if (saturate || !has_nan) return static_cast<uint8_t>(sign | largest);
    if (type.infinity) return static_cast<uint8_t>(sign | (largest + 1));
    return nan;
  };
  const double magnitude = std::fabs(value);
  if (std::isinf(magnitude)) return beyond();
  // The step between neighbours, and how many of them: a tie goes to the even one, as nearbyint has it by default.
  int exponent = 0;
  (void)std::frexp(magnitude, &exponent);  // magnitude = m · 2^exponent, m in [0.5, 1)
  const int lowest = 1 - type.bias;
  const int scale = std::max(exponent - 1, lowest) - type.mantissa_bits;
  double steps = std::nearbyint(std::ldexp(magnitude, -scale));
  int code_exponent = scale + type.mantissa_bits;
  if (steps >= 2 << type.mantissa_bits) steps /= 2, ++code_exponent;
  const int count = static_cast<int>(steps);
  int code = 0;
  if (count < (1 << type.mantissa_bits)) {
    code = count;  // subnormal: code_exponent is `lowest`
  } else {
    const int64_t biased = int64_t{code_exponent} + type.bias;
    if (biased >= (int64_t{1} << type.exponent_bits)) return beyond();
    code = static_cast<int>(biased << type.mantissa_bits) | (count - (1 << type.mantissa_bits));
  }
  if (code > largest) return beyond();
  if (code == 0 && type.nan_negative_zero) return 0;
  return static_cast<uint8_t>(sign | code);
}

}  // namespace conformance::formats
