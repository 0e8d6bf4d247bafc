#include <cmath>
#include <limits>

#include "framework/formats/small_floats.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/map.h"

/// Operators of one tensor, element by element.
namespace conformance::onnx_reference::kernels {
namespace {

/// A bool of each number: floats, and floats of a byte by their values.
template <typename F>
Outputs Test(const Call& call, F f) {
  const Array& x = call[0];
  CONFORMANCE_TRY(Array y, call.New(Elem::kBool, x.dims()));
  bool* to = y.mutable_data<bool>();
  if (x.store() == Store::kCode) {
    for (int64_t i = 0; i < x.count(); ++i) to[i] = f(formats::DecodeSmallFloat(x.elem(), x.data<uint8_t>()[i]));
    return y;
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < x.count(); ++i) to[i] = f(x.data<T>()[i]);
    return Ok();
  }));
  return y;
}

}  // namespace

Outputs Abs(const Call& call) {
  return MapNumbers(call, call[0], []<typename T>(T x) -> T {
    if constexpr (std::is_floating_point_v<T>) return std::fabs(x);
    if constexpr (std::is_unsigned_v<T>) return x;
    return x < 0 ? static_cast<T>(0 - static_cast<uint64_t>(x)) : x;
  });
}
Outputs Neg(const Call& call) {
  return MapNumbers(call, call[0], []<typename T>(T x) -> T {
    if constexpr (std::is_floating_point_v<T>) return -x;
    return static_cast<T>(0 - static_cast<uint64_t>(x));
  });
}
/// -1, 0 or 1; NaN stays NaN.
Outputs Sign(const Call& call) {
  return MapNumbers(call, call[0], []<typename T>(T x) -> T {
    if constexpr (std::is_floating_point_v<T>) return std::isnan(x) ? x : static_cast<T>((x > 0) - (x < 0));
    return static_cast<T>((x > 0) - (x < 0));
  });
}

Outputs Acos(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::acos(x); }); }
Outputs Acosh(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::acosh(x); }); }
Outputs Asin(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::asin(x); }); }
Outputs Asinh(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::asinh(x); }); }
Outputs Atan(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::atan(x); }); }
Outputs Atanh(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::atanh(x); }); }
Outputs Ceil(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::ceil(x); }); }
Outputs Cos(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::cos(x); }); }
Outputs Cosh(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::cosh(x); }); }
Outputs Exp(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::exp(x); }); }
Outputs Floor(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::floor(x); }); }
Outputs Log(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::log(x); }); }
Outputs Reciprocal(const Call& call) { return MapFloats(call, call[0], [](auto x) { return 1 / x; }); }
/// To the nearest whole number, halves to the even one.
Outputs Round(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::nearbyint(x); }); }
Outputs Sin(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::sin(x); }); }
Outputs Sinh(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::sinh(x); }); }
Outputs Sqrt(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::sqrt(x); }); }
Outputs Tan(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::tan(x); }); }
Outputs Tanh(const Call& call) { return MapFloats(call, call[0], [](auto x) { return std::tanh(x); }); }

/// Integers since version 9.
Outputs Erf(const Call& call) {
  return MapNumbers(call, call[0], []<typename T>(T x) -> T {
    if constexpr (std::is_floating_point_v<T>) return std::erf(x);
    return static_cast<T>(std::erf(static_cast<double>(x)));
  });
}

Outputs IsNaN(const Call& call) {
  return Test(call, [](auto x) { return std::isnan(x); });
}
Outputs IsInf(const Call& call) {
  CONFORMANCE_TRY(const int64_t negative, call.Int("detect_negative", 1));
  CONFORMANCE_TRY(const int64_t positive, call.Int("detect_positive", 1));
  return Test(call, [=](auto x) { return std::isinf(x) && (x < 0 ? negative : positive) != 0; });
}

Outputs Not(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(Array y, call.New(Elem::kBool, x.dims()));
  for (int64_t i = 0; i < x.count(); ++i) y.mutable_data<bool>()[i] = !x.data<bool>()[i];
  return y;
}
Outputs BitwiseNot(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitIntegers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < x.count(); ++i) y.mutable_data<T>()[i] = static_cast<T>(~x.data<T>()[i]);
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
