#include <cmath>

#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"

/// Operators of any number of tensors that broadcast.
namespace conformance::onnx_reference::kernels {
namespace {

template <typename F>
Result<Array> Fold(const Call& call, F f) {
  Array result = call[0];
  for (size_t i = 1; i < call.inputs(); ++i) {
    CONFORMANCE_TRY(result, MapNumbers(call, result, call[i], f));
  }
  return result;
}

template <typename T>
bool IsNaNOf(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
  return false;
}

}  // namespace

/// NaN where an operand is NaN.
Outputs Max(const Call& call) {
  return Fold(call, [](auto a, auto b) { return IsNaNOf(a) || a > b ? a : b; });
}
Outputs Min(const Call& call) {
  return Fold(call, [](auto a, auto b) { return IsNaNOf(a) || a < b ? a : b; });
}
Outputs Sum(const Call& call) {
  return Fold(call, [](auto a, auto b) { return a + b; });
}
Outputs Mean(const Call& call) {
  CONFORMANCE_TRY(Array sum, Fold(call, [](auto a, auto b) { return a + b; }));
  CONFORMANCE_TRY(const Array count, call.Filled(sum.elem(), {}, static_cast<double>(call.inputs())));
  return MapNumbers(call, sum, count, []<typename T>(T a, T b) -> T { return b == 0 ? a : static_cast<T>(a / b); });
}

}  // namespace conformance::onnx_reference::kernels
