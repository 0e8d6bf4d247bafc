#include "framework/compare/tolerance.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace conformance::compare {
namespace {

struct Format {
  int precision;     // bits of significand, the implicit one included
  int min_exponent;  // of normal numbers
  int max_exponent;  // of the largest
};
Format FormatOf(DType dtype) {
  switch (RealOf(dtype)) {
    case DType::kF32: return {24, -126, 127};
    case DType::kF16: return {11, -14, 15};
    case DType::kBF16: return {8, -126, 127};
    default: return {53, -1022, 1023};
  }
}

}  // namespace

ports::PlainTolerance AssertCloseDefaults(DType dtype) {
  switch (RealOf(dtype)) {
    case DType::kF64: return {.atol = 1e-7, .rtol = 1e-7};
    case DType::kF32: return {.atol = 1e-5, .rtol = 1.3e-6};
    case DType::kF16: return {.atol = 1e-5, .rtol = 1e-3};
    case DType::kBF16: return {.atol = 1e-5, .rtol = 1.6e-2};
    default: return {};
  }
}

double UlpAt(double value, DType dtype) {
  const Format format = FormatOf(dtype);
  const int exponent = value == 0 ? format.min_exponent : std::max(std::ilogb(value), format.min_exponent);
  return std::ldexp(1.0, exponent - format.precision + 1);
}

double UlpDistance(double y, double reference, DType dtype) {
  if (y == reference || (std::isnan(y) && std::isnan(reference))) return 0;
  if (!std::isfinite(y) || !std::isfinite(reference)) return std::numeric_limits<double>::infinity();
  const Format format = FormatOf(dtype);
  const int exponent = reference == 0 ? format.min_exponent : std::max(std::ilogb(reference), format.min_exponent);
  return std::ldexp(std::fabs(y - reference), format.precision - 1 - exponent);
}

double UnitRoundoff(DType dtype) { return std::ldexp(1.0, -FormatOf(dtype).precision); }
double LargestOf(DType dtype) {
  const Format format = FormatOf(dtype);
  return std::ldexp(2.0 - std::ldexp(1.0, 1 - format.precision), format.max_exponent);
}
double SmallestNormalOf(DType dtype) { return std::ldexp(1.0, FormatOf(dtype).min_exponent); }

std::string FigureText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string PlaceText(int64_t index, const Shape& shape) {
  Shape place(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = index % shape[axis];
    index /= shape[axis];
  }
  std::string text = "[";
  for (size_t axis = 0; axis < place.size(); ++axis) text += (axis ? ", " : "") + std::to_string(place[axis]);
  return text + "]";
}

}  // namespace conformance::compare
