#include <cmath>

#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/arithmetic.h"
#include "references/onnx/ops/cast.h"

/// Operators of two tensors that broadcast.
namespace conformance::onnx_reference::kernels {
namespace {

template <typename T>
T IntPower(T base, int64_t exponent) {
  if (exponent < 0) return base == 1 ? T(1) : base == static_cast<T>(-1) ? (exponent % 2 == 0 ? T(1) : base) : T(0);
  uint64_t result = 1, factor = static_cast<uint64_t>(base);
  for (; exponent != 0; exponent >>= 1, factor *= factor) {
    if ((exponent & 1) != 0) result *= factor;
  }
  return static_cast<T>(result);
}

Outputs Power(const Call& call, const Array& x, const Array& y) {
  CONFORMANCE_TRY(Shape dims, BroadcastDims(x.dims(), y.dims()));
  CONFORMANCE_TRY(Array out, call.New(x.elem(), x.store(), std::move(dims)));
  const bool whole = !IsWideFloat(x.elem()) && !IsWideFloat(y.elem());
  CONFORMANCE_TRY(const Array exponent, CastArray(call, y, whole ? Elem::kInt64 : Elem::kDouble, {}));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the base", [&]<typename T>(Tag<T>) {
    if constexpr (!std::is_floating_point_v<T>) {
      if (whole) {
        BroadcastBinary<T, int64_t, T>(x, exponent, out, [](T a, int64_t b) { return IntPower(a, b); });
        return Ok();
      }
    }
    BroadcastBinary<T, double, T>(x, exponent, out, [](T a, double b) {
      const double power = std::pow(static_cast<double>(a), b);
      if constexpr (std::is_floating_point_v<T>) return static_cast<T>(power);
      return static_cast<T>(static_cast<int64_t>(std::isfinite(power) && std::fabs(power) < 9e18 ? power : 0));
    });
    return Ok();
  }));
  return out;
}

template <typename T>
T FloorMod(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T rest = std::fmod(a, b);
    if (rest == 0) return std::copysign(T(0), b);
    return (rest < 0) != (b < 0) ? rest + b : rest;
  } else if constexpr (std::is_signed_v<T>) {
    if (b == -1) return 0;
    const T rest = static_cast<T>(a % b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  } else {
    return static_cast<T>(a % b);
  }
}
template <typename T>
T TruncMod(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(a, b);
  } else if constexpr (std::is_signed_v<T>) {
    return b == -1 ? T(0) : static_cast<T>(a % b);
  } else {
    return static_cast<T>(a % b);
  }
}

template <typename F>
Outputs MapIntegers(const Call& call, F f) {
  const Array &a = call[0], &b = call[1];
  CONFORMANCE_TRY(Shape dims, BroadcastDims(a.dims(), b.dims()));
  CONFORMANCE_TRY(Array out, call.New(a.elem(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(VisitIntegers(a.store(), "an operand", [&]<typename T>(Tag<T>) {
    BroadcastBinary<T, T, T>(a, b, out, f);
    return Ok();
  }));
  return out;
}

}  // namespace

/// x^y in the type of x; the exponent may be of another.
Outputs Pow(const Call& call) { return Power(call, call[0], call[1]); }
Outputs LegacyPow(const Call& call) {
  CONFORMANCE_TRY(const Array y, LegacyOperand(call, call[0], call[1]));
  return Power(call, call[0], y);
}

/// a - floor(a / b) b; with fmod, a - trunc(a / b) b. Errors: kInvalid for an integer 0 below.
Outputs Mod(const Call& call) {
  CONFORMANCE_TRY(const int64_t truncate, call.Int("fmod", 0));
  bool by_zero = false;
  Result<Array> out = MapNumbers(call, call[0], call[1], [&]<typename T>(T a, T b) -> T {
    if constexpr (!std::is_floating_point_v<T>) {
      by_zero = by_zero || b == 0;
      if (b == 0) return 0;
    }
    return truncate != 0 ? TruncMod(a, b) : FloorMod(a, b);
  });
  if (by_zero) return Invalid("an integer is divided by zero");
  return out;
}

/// Shifts of the width and more, and negative ones, leave what filling with the sign leaves.
Outputs BitShift(const Call& call) {
  CONFORMANCE_TRY(const std::string direction, call.String("direction"));
  if (direction != "LEFT" && direction != "RIGHT") return Invalid("an unknown direction").With("found", direction).With("wanted", "LEFT or RIGHT");
  const bool left = direction == "LEFT";
  return MapIntegers(call, [left]<typename T>(T x, T y) -> T {
    constexpr int kBits = static_cast<int>(sizeof(T) * 8);
    const bool inside = y >= 0 && static_cast<uint64_t>(y) < kBits;
    if (left) return inside ? static_cast<T>(static_cast<uint64_t>(x) << y) : T(0);
    return static_cast<T>(inside ? x >> y : (x < 0 ? T(-1) : T(0)));
  });
}
Outputs BitwiseAnd(const Call& call) {
  return MapIntegers(call, []<typename T>(T a, T b) { return static_cast<T>(a & b); });
}
Outputs BitwiseOr(const Call& call) {
  return MapIntegers(call, []<typename T>(T a, T b) { return static_cast<T>(a | b); });
}
Outputs BitwiseXor(const Call& call) {
  return MapIntegers(call, []<typename T>(T a, T b) { return static_cast<T>(a ^ b); });
}

}  // namespace conformance::onnx_reference::kernels
