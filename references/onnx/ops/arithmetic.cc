#include "references/onnx/ops/arithmetic.h"

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference {

Result<Array> LegacyOperand(const Call& call, const Array& a, const Array& b) {
  CONFORMANCE_TRY(const int64_t broadcast, call.Int("broadcast", 0));
  const auto refuse = [&] {
    return ShapeError("a second operand that doesn't fit the first").With("found", Describe(b)).With("wanted", Describe(a));
  };
  if (broadcast == 0) return a.dims() == b.dims() ? Result<Array>(b) : refuse();
  CONFORMANCE_TRY(const int64_t axis, call.Int("axis", a.rank() - b.rank()));
  const int64_t start = axis < 0 ? axis + a.rank() : axis;
  if (start < 0 || start + b.rank() > a.rank()) return refuse();
  Shape dims = b.dims();
  dims.resize(static_cast<size_t>(a.rank() - start), 1);
  return b.Reshaped(std::move(dims));
}

namespace kernels {
namespace {

/// Integers wrap around, as the operators' text leaves open and every runtime does.
template <typename T, typename F>
T Wrapping(T a, T b, F f) {
  if constexpr (std::is_floating_point_v<T>) {
    return f(a, b);
  } else {
    return static_cast<T>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
  }
}
constexpr auto kPlus = [](auto a, auto b) { return Wrapping(a, b, [](auto x, auto y) { return x + y; }); };
constexpr auto kMinus = [](auto a, auto b) { return Wrapping(a, b, [](auto x, auto y) { return x - y; }); };
constexpr auto kTimes = [](auto a, auto b) { return Wrapping(a, b, [](auto x, auto y) { return x * y; }); };

/// Integers are cut towards zero.
Outputs Divide(const Call& call, const Array& a, const Array& b) {
  bool by_zero = false;
  Result<Array> out = MapNumbers(call, a, b, [&]<typename T>(T x, T y) -> T {
    if constexpr (std::is_floating_point_v<T>) {
      return x / y;
    } else {
      by_zero = by_zero || y == 0;
      if (y == 0) return 0;
      // The lowest number by -1 wraps around to itself.
      if constexpr (std::is_signed_v<T>) {
        if (y == T(-1)) return static_cast<T>(0 - static_cast<uint64_t>(x));
      }
      return static_cast<T>(x / y);
    }
  });
  if (by_zero) return Invalid("an integer is divided by zero");
  return out;
}

template <typename F>
Outputs Legacy(const Call& call, F f) {
  CONFORMANCE_TRY(const Array b, LegacyOperand(call, call[0], call[1]));
  return f(call[0], b);
}

}  // namespace

Outputs Add(const Call& call) { return MapNumbers(call, call[0], call[1], kPlus); }
Outputs Sub(const Call& call) { return MapNumbers(call, call[0], call[1], kMinus); }
Outputs Mul(const Call& call) { return MapNumbers(call, call[0], call[1], kTimes); }
Outputs Div(const Call& call) { return Divide(call, call[0], call[1]); }
Outputs LegacyAdd(const Call& call) {
  return Legacy(call, [&](const Array& a, const Array& b) { return MapNumbers(call, a, b, kPlus); });
}
Outputs LegacySub(const Call& call) {
  return Legacy(call, [&](const Array& a, const Array& b) { return MapNumbers(call, a, b, kMinus); });
}
Outputs LegacyMul(const Call& call) {
  return Legacy(call, [&](const Array& a, const Array& b) { return MapNumbers(call, a, b, kTimes); });
}
Outputs LegacyDiv(const Call& call) {
  return Legacy(call, [&](const Array& a, const Array& b) { return Divide(call, a, b); });
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
