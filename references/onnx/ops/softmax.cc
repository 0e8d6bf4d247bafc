#include <algorithm>
#include <cmath>

#include "framework/tensor/tensor.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// Before version 13, all axes from `axis` (1 by default) on are one; since then it is that axis (the last by default).
Result<Around> AxisOf(const Call& call) {
  const Array& x = call[0];
  if (call.opset() >= 13) {
    // A scalar is a row of one.
    if (x.rank() == 0) return Around{};
    CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), -1));
    return AroundAxis(x.dims(), axis);
  }
  CONFORMANCE_TRY(int64_t axis, call.Int("axis", 1));
  if (axis < 0) axis += x.rank();
  if (axis < 0 || axis > x.rank()) return Invalid("an axis out of range").With("found", std::to_string(axis));
  Around around;
  for (int64_t i = 0; i < x.rank(); ++i) (i < axis ? around.outer : around.size) *= x.dim(i);
  return around;
}

/// The operators are functions of others (ReduceMax, Sub, Exp, ReduceSum, Div, Log), each of which gives the type of x: halves are rounded
/// after each.
struct Rounding {
  Elem elem = Elem::kFloat;  ///< of what is rounded; other types are left as they are
  template <typename T>
  T operator()(T value) const {
    if constexpr (std::is_same_v<T, float>) {
      if (elem == Elem::kFloat16) return HalfToFloat(FloatToHalf(value));
      if (elem == Elem::kBfloat16) return BFloat16ToFloat(FloatToBFloat16(value));
    }
    return value;
  }
};

/// f(from, to, step, length, rounding) for each line along the axis.
template <typename F>
Outputs AlongLines(const Call& call, F f) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const Around around, AxisOf(call));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  if (x.count() == 0) return y;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t o = 0; o < around.outer; ++o) {
      for (int64_t i = 0; i < around.inner; ++i) {
        const int64_t start = o * around.size * around.inner + i;
        f(x.data<T>() + start, y.mutable_data<T>() + start, around.inner, around.size, Rounding{x.elem()});
      }
    }
    return Ok();
  }));
  return y;
}

template <typename T>
T LargestOf(const T* x, int64_t step, int64_t n) {
  T largest = x[0];
  for (int64_t k = 1; k < n; ++k) largest = std::max(largest, x[k * step]);
  return largest;
}

}  // namespace

/// exp(x - max) / Σ exp(x - max) along an axis.
Outputs Softmax(const Call& call) {
  return AlongLines(call, []<typename T>(const T* x, T* y, int64_t step, int64_t n, Rounding round) {
    const T largest = LargestOf(x, step, n);
    T sum = 0;
    for (int64_t k = 0; k < n; ++k) sum += y[k * step] = round(std::exp(round(x[k * step] - largest)));
    sum = round(sum);
    for (int64_t k = 0; k < n; ++k) y[k * step] /= sum;
  });
}
/// x - max - log Σ exp(x - max) along an axis.
Outputs LogSoftmax(const Call& call) {
  return AlongLines(call, []<typename T>(const T* x, T* y, int64_t step, int64_t n, Rounding round) {
    const T largest = LargestOf(x, step, n);
    T sum = 0;
    for (int64_t k = 0; k < n; ++k) sum += round(std::exp(round(x[k * step] - largest)));
    const T log_sum = round(std::log(round(sum)));
    for (int64_t k = 0; k < n; ++k) y[k * step] = round(x[k * step] - largest) - log_sum;
  });
}
/// 1 at the first largest element of an axis, else 0.
Outputs Hardmax(const Call& call) {
  return AlongLines(call, []<typename T>(const T* x, T* y, int64_t step, int64_t n, Rounding) {
    int64_t best = 0;
    for (int64_t k = 1; k < n; ++k) {
      if (x[k * step] > x[best * step]) best = k;
    }
    for (int64_t k = 0; k < n; ++k) y[k * step] = k == best ? T(1) : T(0);
  });
}

}  // namespace conformance::onnx_reference::kernels
