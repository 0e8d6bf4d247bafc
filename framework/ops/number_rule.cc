#include "framework/ops/number_rule.h"

#include <cmath>
#include <limits>

#include "framework/base/strings.h"

namespace conformance::ops {
namespace {

struct Limits {
  double low, high;
};
Limits LimitsOf(DType dtype) {
  switch (dtype) {
    case DType::kF16: return {-65504, 65504};
    case DType::kBF16: return {-0x1.fep127, 0x1.fep127};
    case DType::kF32: return {-0x1.fffffep127, 0x1.fffffep127};
    case DType::kI64: return {-0x1p63, 0x1p63};
    case DType::kI32: return {-0x1p31, 0x1p31 - 1};
    case DType::kI16: return {-32768, 32767};
    case DType::kI8: return {-128, 127};
    case DType::kU8: return {0, 255};
    default: return {-std::numeric_limits<double>::max(), std::numeric_limits<double>::max()};
  }
}

}  // namespace

Status WantFits(const RuleCall& call, size_t index, DType dtype) {
  const auto* real = std::get_if<double>(&call.arg(index));
  const auto* whole = std::get_if<SymInt>(&call.arg(index));
  if (dtype == DType::kBool || (real == nullptr && (whole == nullptr || !whole->AsInt()))) return Ok();
  const double value = real != nullptr ? *real : static_cast<double>(*whole->AsInt());
  auto [low, high] = LimitsOf(dtype);
  if (real == nullptr && dtype == DType::kU8) low = -255;
  const bool open = IsFloating(dtype) && !std::isfinite(value);
  if (open || (value >= low && value <= high)) return Ok();
  return RuleInvalid(call, std::string(call.name(index)) + " is " + DoubleText(value) + ", want one that " +
                               std::string(ToString(dtype)) + " can hold");
}

}  // namespace conformance::ops
