#include "framework/ops/random_rule.h"

#include <utility>

#include "framework/base/strings.h"

namespace conformance::ops {
namespace {

struct Range {
  int64_t lowest, highest;
};

/// The integers that a type has, all of them.
Range IntegersOf(DType dtype) {
  switch (dtype) {
    case DType::kBool: return {0, 1};
    case DType::kU8: return {0, UINT8_MAX};
    case DType::kI8: return {INT8_MIN, INT8_MAX};
    case DType::kI16: return {INT16_MIN, INT16_MAX};
    case DType::kI32: return {INT32_MIN, INT32_MAX};
    case DType::kF64: return {-(int64_t{1} << 53), int64_t{1} << 53};
    case DType::kF32: return {-(int64_t{1} << 24), int64_t{1} << 24};
    case DType::kF16: return {-(int64_t{1} << 11), int64_t{1} << 11};
    case DType::kBF16: return {-(int64_t{1} << 8), int64_t{1} << 8};
    default: return {INT64_MIN, INT64_MAX};
  }
}

}  // namespace

Result<RuleResult> RealDraws(const RuleCall& call, DType dtype, Sizes sizes) {
  if (!IsFloating(dtype)) {
    return TypeError(std::string(call.op()) + ": draws reals, found " + std::string(ToString(dtype)) + ", want a floating type");
  }
  return One(dtype, std::move(sizes));
}

Result<RuleResult> IntegerDraws(const RuleCall& call, DType dtype, Sizes sizes, const SymInt& low, const SymInt& high) {
  if (low.IsConstant() && high.IsConstant()) {
    const int64_t first = low.constant(), end = high.constant();
    const std::string found = "[" + std::to_string(first) + ", " + std::to_string(end) + ")";
    if (first >= end) return RuleInvalid(call, "no integer is in " + found);
    const Range range = IntegersOf(dtype);
    if (first < range.lowest || end - 1 > range.highest) {
      const std::string message = found + " is more than " + std::string(ToString(dtype)) + " has";
      if (IsFloating(dtype)) return Unsupported(std::string(call.op()) + ": " + message + " digits for");
      return RuleInvalid(call, message);
    }
  }
  return One(dtype, std::move(sizes));
}

Status WantProbability(const RuleCall& call, size_t index, std::string_view name) {
  const double p = call.number(index);
  if (p >= 0 && p <= 1) return Ok();
  return RuleInvalid(call, std::string(name) + " is " + DoubleText(p) + ", want one in [0, 1]");
}

}  // namespace conformance::ops
