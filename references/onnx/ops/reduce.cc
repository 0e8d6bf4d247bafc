#include "references/onnx/ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/rows.h"

namespace conformance::onnx_reference {

Result<Reduction> RowsOf(const Call& call, const Array& x, const std::vector<int64_t>& axes, bool keepdims) {
  Reduction reduction;
  std::vector<int64_t> order, last;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    const bool reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
    (reduced ? last : order).push_back(axis);
    (reduced ? reduction.reduced : reduction.result) *= x.dim(axis);
    if (!reduced) reduction.dims.push_back(x.dim(axis));
    if (reduced && keepdims) reduction.dims.push_back(1);
  }
  order.insert(order.end(), last.begin(), last.end());
  CONFORMANCE_TRY(reduction.rows, Transposed(call, x, order));
  return reduction;
}

namespace kernels {
namespace {

/// The axes of an attribute or, in later versions, of input 1. None at all are all of them, unless noop_with_empty_axes says that they are none.
Result<Reduction> ReductionOf(const Call& call) {
  const Array& x = call[0];
  std::vector<int64_t> axes;
  if (const Array* given = call.Optional(1)) {
    CONFORMANCE_TRY(axes, ToInts(*given, "axes"));
  } else {
    CONFORMANCE_TRY(axes, call.Ints("axes", std::vector<int64_t>()));
  }
  CONFORMANCE_TRY(const int64_t keepdims, call.Int("keepdims", 1));
  CONFORMANCE_TRY(const int64_t noop, call.Int("noop_with_empty_axes", 0));
  if (axes.empty() && noop == 0) axes = Everything(x.rank());
  CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  return RowsOf(call, x, axes, keepdims != 0);
}

/// f(row, its length) for each row.
template <typename F>
Outputs Reduce(const Call& call, F f) {
  CONFORMANCE_TRY(const Reduction reduction, ReductionOf(call));
  CONFORMANCE_TRY(Array out, call.New(call[0].elem(), reduction.dims));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(out.store(), "the input", [&]<typename T>(Tag<T>) {
    const T* row = reduction.rows.data<T>();
    for (int64_t i = 0; i < reduction.result; ++i, row += reduction.reduced) out.mutable_data<T>()[i] = static_cast<T>(f(row, reduction.reduced));
    return Ok();
  }));
  return out;
}

template <typename T>
T Magnitude(T x) {
  return x < 0 ? static_cast<T>(-x) : x;
}
/// Real functions of integers are cut to integers.
template <typename T, typename F>
T Real(T x, F f) {
  if constexpr (std::is_floating_point_v<T>) return f(x);
  const double y = f(static_cast<double>(x));
  return std::isfinite(y) ? static_cast<T>(y) : T(0);
}
template <typename T>
bool IsNaNOf(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
  return false;
}

constexpr auto kSame = [](auto x) { return x; };
constexpr auto kSquare = []<typename T>(T x) { return static_cast<T>(x * x); };

/// `least`: smallest instead of largest. Of nothing: the infinity, or the end of the type's range.
Outputs Extreme(const Call& call, bool least) {
  if (call[0].elem() == Elem::kBool) {
    CONFORMANCE_TRY(const Reduction reduction, ReductionOf(call));
    CONFORMANCE_TRY(Array out, call.New(Elem::kBool, reduction.dims));
    const bool* row = reduction.rows.data<bool>();
    for (int64_t i = 0; i < reduction.result; ++i, row += reduction.reduced) {
      const bool* end = row + reduction.reduced;
      out.mutable_data<bool>()[i] = least ? std::find(row, end, false) == end : std::find(row, end, true) != end;
    }
    return out;
  }
  return Reduce(call, [least]<typename T>(const T* row, int64_t n) {
    using Limits = std::numeric_limits<T>;
    T best = least ? (Limits::has_infinity ? Limits::infinity() : Limits::max()) : (Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
    for (int64_t i = 0; i < n; ++i) {
      if (IsNaNOf(row[i])) return row[i];
      if (least ? row[i] < best : row[i] > best) best = row[i];
    }
    return best;
  });
}

}  // namespace

Outputs ReduceSum(const Call& call) {
  return Reduce(call, [](const auto* row, int64_t n) { return SumOf(row, n, kSame); });
}
Outputs ReduceL1(const Call& call) {
  return Reduce(call, [](const auto* row, int64_t n) { return SumOf(row, n, [](auto x) { return Magnitude(x); }); });
}
Outputs ReduceL2(const Call& call) {
  return Reduce(call, [](const auto* row, int64_t n) { return Real(SumOf(row, n, kSquare), [](auto x) { return std::sqrt(x); }); });
}
Outputs ReduceSumSquare(const Call& call) {
  return Reduce(call, [](const auto* row, int64_t n) { return SumOf(row, n, kSquare); });
}
Outputs ReduceLogSum(const Call& call) {
  return Reduce(call, [](const auto* row, int64_t n) { return Real(SumOf(row, n, kSame), [](auto x) { return std::log(x); }); });
}
/// The largest element is taken out first, so that nothing overflows.
Outputs ReduceLogSumExp(const Call& call) {
  return Reduce(call, []<typename T>(const T* row, int64_t n) -> T {
    if (n == 0) return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : T(0);
    const T largest = *std::max_element(row, row + n);
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(largest)) return largest;
      return largest + std::log(SumOf(row, n, [largest](T x) { return std::exp(x - largest); }));
    } else {
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(row[i]) - static_cast<double>(largest));
      return static_cast<T>(static_cast<double>(largest) + std::log(sum));
    }
  });
}
Outputs ReduceMean(const Call& call) {
  return Reduce(call, []<typename T>(const T* row, int64_t n) -> T {
    const T sum = SumOf(row, n, kSame);
    if constexpr (std::is_floating_point_v<T>) return sum / static_cast<T>(n);
    return n == 0 ? T(0) : static_cast<T>(static_cast<double>(sum) / static_cast<double>(n));
  });
}
Outputs ReduceProd(const Call& call) {
  return Reduce(call, []<typename T>(const T* row, int64_t n) {
    T product = 1;
    for (int64_t i = 0; i < n; ++i) product = static_cast<T>(product * row[i]);
    return product;
  });
}
Outputs ReduceMax(const Call& call) { return Extreme(call, false); }
Outputs ReduceMin(const Call& call) { return Extreme(call, true); }

namespace {

Outputs ArgExtreme(const Call& call, bool least) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), 0));
  CONFORMANCE_TRY(const int64_t keepdims, call.Int("keepdims", 1));
  CONFORMANCE_TRY(const int64_t last, call.Int("select_last_index", 0));
  CONFORMANCE_TRY(const Reduction reduction, RowsOf(call, x, {axis}, keepdims != 0));
  if (reduction.reduced == 0 && reduction.result != 0) return ShapeError("an extreme of no elements").With("found", Describe(x));
  CONFORMANCE_TRY(Array out, call.New(Elem::kInt64, reduction.dims));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    const T* row = reduction.rows.data<T>();
    for (int64_t i = 0; i < reduction.result; ++i, row += reduction.reduced) {
      int64_t best = 0;
      for (int64_t k = 1; k < reduction.reduced; ++k) {
        if (IsNaNOf(row[best])) break;
        const bool better = IsNaNOf(row[k]) || (least ? row[k] < row[best] : row[k] > row[best]);
        if (better || (last != 0 && row[k] == row[best])) best = k;
      }
      out.mutable_data<int64_t>()[i] = best;
    }
    return Ok();
  }));
  return out;
}

}  // namespace

/// Place of the largest (smallest) element of an axis: the first of equals, or the last with select_last_index; NaN counts as extreme.
Outputs ArgMax(const Call& call) { return ArgExtreme(call, false); }
Outputs ArgMin(const Call& call) { return ArgExtreme(call, true); }

}  // namespace kernels
}  // namespace conformance::onnx_reference
