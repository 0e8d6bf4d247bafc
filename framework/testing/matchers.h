#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/base/strings.h"
#include "framework/tensor/tensor.h"

namespace conformance {

// gtest shows values by these; found by argument-dependent lookup.
inline void PrintTo(const Error& error, std::ostream* out) { *out << ToString(error.kind()) << " error: " << error.ToString(); }
inline void PrintTo(const Status& status, std::ostream* out) {
  if (status.ok()) *out << "ok";
  else PrintTo(status.error(), out);
}
template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (result.ok()) *out << "ok: " << ::testing::PrintToString(result.value());
  else PrintTo(result.error(), out);
}
inline void PrintTo(ErrorKind kind, std::ostream* out) { *out << ToString(kind); }
inline void PrintTo(DType dtype, std::ostream* out) { *out << ToString(dtype); }
inline void PrintTo(const Tensor& tensor, std::ostream* out) {
  constexpr int64_t kShown = 32;
  *out << Describe(tensor) << " {";
  for (int64_t i = 0; i < tensor.num_elements() && i < kShown; ++i) *out << (i ? ", " : "") << tensor.At(i);
  *out << (tensor.num_elements() > kShown ? ", ...}" : "}");
}

}  // namespace conformance

/// Matchers for the project's own types. Tests say `using namespace conformance::testing;`.
namespace conformance::testing {

namespace internal {

inline const Error* ErrorOf(const Error& error) { return &error; }
inline const Error* ErrorOf(const Status& status) { return status.ok() ? nullptr : &status.error(); }
template <typename T>
const Error* ErrorOf(const Result<T>& result) {
  return result.ok() ? nullptr : &result.error();
}

/// The tensor in a tensor, a value of an op (ops::Value), or a result of either; null with the reason where there is none.
template <typename T>
const Tensor* TensorIn(const T& holder, ::testing::MatchResultListener* listener) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return &holder;
  } else if constexpr (requires { holder.has_tensor(); holder.tensor(); }) {
    if (holder.has_tensor()) return &holder.tensor();
    *listener << "which holds no tensor";
    return nullptr;
  } else if constexpr (requires { holder.error(); holder.value(); }) {
    if (holder.ok()) return TensorIn(holder.value(), listener);
    *listener << "which is an error: " << holder.error().ToString();
    return nullptr;
  } else {
    static_assert(!sizeof(T), "not a tensor");
  }
}

/// The number's place on the line of all floats of `dtype`: neighbours differ by one.
inline double Ordinal(double value, DType dtype) {
  const auto ordered = [](int64_t bits, int64_t sign) { return bits & sign ? -(bits & ~sign) : bits; };
  switch (dtype) {
    case DType::kF64: {
      const auto bits = __builtin_bit_cast(uint64_t, value);
      const auto magnitude = static_cast<double>(bits & ~(uint64_t{1} << 63));
      return bits >> 63 ? -magnitude : magnitude;
    }
    case DType::kF32: {
      const auto bits = __builtin_bit_cast(uint32_t, static_cast<float>(value));
      return static_cast<double>(ordered(bits, int64_t{1} << 31));
    }
    case DType::kF16: return static_cast<double>(ordered(DoubleToHalf(value), 1 << 15));
    case DType::kBF16: return static_cast<double>(ordered(DoubleToBFloat16(value), 1 << 15));
    default: return value;
  }
}

}  // namespace internal

/// Ok, whatever the value.
MATCHER(IsOk, negation ? "is an error" : "is ok") {
  if (const Error* error = internal::ErrorOf(arg)) {
    *result_listener << "which is a " << ToString(error->kind()) << " error: " << error->ToString();
    return false;
  }
  return true;
}

/// Ok, and the value matches.
MATCHER_P(IsOkAnd, value_matcher,
          "is ok and its value " + ::testing::DescribeMatcher<typename std::decay_t<arg_type>::value_type>(value_matcher, negation)) {
  if (!arg.ok()) {
    *result_listener << "which is an error: " << arg.error().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, arg.value(), result_listener);
}

/// An error of that kind.
MATCHER_P(IsError, kind, std::string(negation ? "isn't" : "is") + " an error of kind " + std::string(ToString(kind))) {
  const Error* error = internal::ErrorOf(arg);
  if (!error) {
    *result_listener << "which is ok";
    return false;
  }
  *result_listener << "which is a " << ToString(error->kind()) << " error: " << error->ToString();
  return error->kind() == kind;
}
/// An error of that kind whose one-line text (message, facts and trail) matches: IsError(ErrorKind::kShape, HasSubstr("want [2]")).
MATCHER_P2(IsError, kind, text_matcher,
           std::string(negation ? "isn't" : "is") + " an error of kind " + std::string(ToString(kind)) + " whose text " +
               ::testing::DescribeMatcher<std::string>(text_matcher)) {
  const Error* error = internal::ErrorOf(arg);
  if (!error) {
    *result_listener << "which is ok";
    return false;
  }
  *result_listener << "which is a " << ToString(error->kind()) << " error: " << error->ToString() << ' ';
  return error->kind() == kind && ::testing::ExplainMatchResult(text_matcher, error->ToString(), result_listener);
}

/// How near is near. An element is near if it is within `absolute` + `relative` · |wanted|, or within `ulps` units of the last
/// place of the wanted tensor's dtype.
struct Nearness {
  double absolute = 0, relative = 0, ulps = 0;
};
inline Nearness Ulps(double count) { return {.ulps = count}; }
inline Nearness Within(double absolute, double relative = 0) { return {.absolute = absolute, .relative = relative}; }
inline void PrintTo(const Nearness& n, std::ostream* out) {
  *out << "absolute " << n.absolute << ", relative " << n.relative << ", ulps " << n.ulps;
}

/// Same dtype and shape, every element near; NaN equals NaN, infinities equal themselves. On a Tensor, an ops::Value, or a Result.
MATCHER_P2(IsTensorNear, wanted, nearness,
           std::string(negation ? "isn't" : "is") + " near " + ::testing::PrintToString(wanted) + " (" +
               ::testing::PrintToString(nearness) + ")") {
  const Tensor* found = internal::TensorIn(arg, result_listener);
  if (!found) return false;
  if (found->dtype() != wanted.dtype() || found->shape() != wanted.shape()) {
    *result_listener << "which is " << Describe(*found) << ", want " << Describe(wanted);
    return false;
  }
  const DType dtype = RealOf(wanted.dtype());  // complex elements part by part
  const std::vector<double> ys = ViewAsReal(*found).ToDoubles();
  const std::vector<double> wants = ViewAsReal(wanted).ToDoubles();
  int64_t misses = 0;
  for (size_t i = 0; i < ys.size(); ++i) {
    const double y = ys[i], want = wants[i];
    if (y == want || (std::isnan(y) && std::isnan(want))) continue;
    const double difference = std::abs(y - want);
    const double units = std::isfinite(difference)
                             ? std::abs(internal::Ordinal(y, dtype) - internal::Ordinal(want, dtype))
                             : std::numeric_limits<double>::infinity();
    if (std::isfinite(difference) &&
        (difference <= nearness.absolute + nearness.relative * std::abs(want) || units <= nearness.ulps)) {
      continue;
    }
    if (++misses <= 5) {
      *result_listener << (misses > 1 ? "; " : "") << "element " << i << " is " << DoubleText(y) << ", want " << DoubleText(want)
                       << " (off by " << difference << ", " << units << " ulps)";
    }
  }
  if (misses > 5) *result_listener << "; " << misses << " of " << ys.size() << " elements are off";
  return misses == 0;
}

/// Same dtype, shape and bit patterns.
MATCHER_P(BitEqualTo, wanted, std::string(negation ? "isn't" : "is") + " bit for bit " + ::testing::PrintToString(wanted)) {
  const Tensor* found = internal::TensorIn(arg, result_listener);
  if (!found) return false;
  if (found->dtype() != wanted.dtype() || found->shape() != wanted.shape()) {
    *result_listener << "which is " << Describe(*found) << ", want " << Describe(wanted);
    return false;
  }
  if (BitEqual(*found, wanted)) return true;
  for (int64_t i = 0; i < wanted.num_elements(); ++i) {
    const bool both_nan = std::isnan(found->At(i)) && std::isnan(wanted.At(i));
    if (found->At(i) == wanted.At(i) && std::signbit(found->At(i)) == std::signbit(wanted.At(i)) && !both_nan) continue;
    *result_listener << "first difference at element " << i << ": " << DoubleText(found->At(i)) << ", want " << DoubleText(wanted.At(i));
    return false;
  }
  *result_listener << "which differs in digits beyond a double's";
  return false;
}

/// Dtype and shape alone: HasShape(DType::kF32, {2, 9, 96}).
inline auto HasShape(DType dtype, Shape shape) {
  return ::testing::ResultOf(
      "dtype and shape", [](const Tensor& tensor) { return Describe(tensor); },
      Describe(Tensor::Zeros(dtype, std::move(shape))));
}

}  // namespace conformance::testing
