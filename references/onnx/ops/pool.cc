#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/reduce.h"
#include "references/onnx/ops/rows.h"
#include "references/onnx/ops/window.h"

/// Pooling over the spatial axes of [n, c, spatial…].
namespace conformance::onnx_reference::kernels {
namespace {

Shape PooledDims(const Array& x, const Window& window) {
  Shape dims = {x.dim(0), x.dim(1)};
  dims.insert(dims.end(), window.out.begin(), window.out.end());
  return dims;
}

Result<Window> PoolOf(const Call& call) {
  CONFORMANCE_TRY(Window window, WindowOf(call, call[0], {}, true));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({call[0].dim(0), call[0].dim(1), window.out_count, std::min(window.kernel_count, window.in_count)}));
  return window;
}

/// f(image, output's index, output's place) for each output.
template <typename T, typename F>
void EachOutput(const Array& x, const Window& window, F f) {
  const int64_t images = x.dim(0) * x.dim(1);
  for (int64_t image = 0; image < images && window.out_count != 0; ++image) {
    std::vector<int64_t> index(window.rank(), 0);
    for (int64_t i = 0; i < window.out_count; ++i, Advance(index, window.out)) f(x.data<T>() + image * window.in_count, index, image, image * window.out_count + i);
  }
}

}  // namespace

/// The largest element of each window; padding counts as nothing. Output 1: its place in the whole input (storage_order 1: with the spatial axes in
/// column-major order).
Outputs MaxPool(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const Window window, PoolOf(call));
  CONFORMANCE_TRY(const int64_t column_major, call.Int("storage_order", 0));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), PooledDims(x, window)));
  CONFORMANCE_TRY(Array places, call.New(Elem::kInt64, y.dims()));
  const auto placed = [&](int64_t at) {
    if (column_major == 0) return at;
    int64_t turned = 0, step = window.in_count;
    for (size_t axis = window.rank(); axis-- > 0;) {
      step /= window.in[axis];
      turned += at % window.in[axis] * step;
      at /= window.in[axis];
    }
    return turned;
  };
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    using Limits = std::numeric_limits<T>;
    EachOutput<T>(x, window, [&](const T* image, const std::vector<int64_t>& index, int64_t number, int64_t out) {
      T best = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
      int64_t place = -1;
      EachInside(window, index, [&](int64_t at, int64_t) {
        if (place < 0 || image[at] > best) best = image[at], place = at;
      });
      y.mutable_data<T>()[out] = best;
      places.mutable_data<int64_t>()[out] = place < 0 ? -1 : number * window.in_count + placed(place);
    });
    return Ok();
  }));
  return Values{std::move(y), std::move(places)};
}

/// The mean of each window, over the elements inside or, with count_include_pad, those in the padding as well.
Outputs AveragePool(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const Window window, PoolOf(call));
  CONFORMANCE_TRY(const int64_t include, call.Int("count_include_pad", 0));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), PooledDims(x, window)));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    EachOutput<T>(x, window, [&](const T* image, const std::vector<int64_t>& index, int64_t, int64_t out) {
      T sum = 0;
      int64_t count = 0;
      EachInside(window, index, [&](int64_t at, int64_t) {
        sum += image[at];
        ++count;
      });
      if (include != 0) {
        count = 1;
        for (size_t axis = 0; axis < window.rank(); ++axis) {
          const int64_t start = index[axis] * window.stride[axis], end = window.in[axis] + window.before[axis] + window.after[axis];
          count *= std::min(window.kernel[axis], (end - start + window.dilation[axis] - 1) / window.dilation[axis]);
        }
      }
      y.mutable_data<T>()[out] = sum / static_cast<T>(count);
    });
    return Ok();
  }));
  return y;
}

namespace {

Result<double> Power(const Call& call) {
  // Version 1 has it as a float.
  const formats::OnnxAttribute* p = call.Attribute("p");
  if (p != nullptr && p->kind == formats::OnnxAttribute::Kind::kFloat) return double{p->f};
  CONFORMANCE_TRY(const int64_t power, call.Int("p", 2));
  return static_cast<double>(power);
}

}  // namespace

/// (Σ |x|^p)^(1/p) of each window.
Outputs LpPool(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const Window window, PoolOf(call));
  CONFORMANCE_TRY(const double p, Power(call));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), PooledDims(x, window)));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    EachOutput<T>(x, window, [&](const T* image, const std::vector<int64_t>& index, int64_t, int64_t out) {
      T sum = 0;
      EachInside(window, index, [&](int64_t at, int64_t) { sum += std::pow(std::fabs(image[at]), static_cast<T>(p)); });
      y.mutable_data<T>()[out] = std::pow(sum, static_cast<T>(1 / p));
    });
    return Ok();
  }));
  return y;
}

namespace {

/// f(row, length) over all spatial axes of each channel.
template <typename F>
Outputs Global(const Call& call, F f) {
  const Array& x = call[0];
  if (x.rank() < 2) return ShapeError("an input without channels").With("found", Describe(x)).With("wanted", "[n, c, spatial…]");
  Shape dims(x.dims().size(), 1);
  int64_t inner = 1;
  for (int64_t i = 0; i < x.rank(); ++i) (i < 2 ? dims[static_cast<size_t>(i)] : inner) *= x.dim(i);
  CONFORMANCE_TRY(Array y, call.New(x.elem(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < y.count(); ++i) y.mutable_data<T>()[i] = f(x.data<T>() + i * inner, inner);
    return Ok();
  }));
  return y;
}

}  // namespace

Outputs GlobalAveragePool(const Call& call) {
  return Global(call, []<typename T>(const T* row, int64_t n) { return SumOf(row, n, [](T v) { return v; }) / static_cast<T>(n); });
}
Outputs GlobalMaxPool(const Call& call) {
  return Global(call, []<typename T>(const T* row, int64_t n) {
    T best = -std::numeric_limits<T>::infinity();
    for (int64_t i = 0; i < n; ++i) best = row[i] > best || std::isnan(row[i]) ? row[i] : best;
    return best;
  });
}
Outputs GlobalLpPool(const Call& call) {
  CONFORMANCE_TRY(const double p, Power(call));
  return Global(call, [p]<typename T>(const T* row, int64_t n) {
    return std::pow(SumOf(row, n, [p](T v) { return std::pow(std::fabs(v), static_cast<T>(p)); }), static_cast<T>(1 / p));
  });
}

/// The elements of x at the places that MaxPool gave, the rest 0. With input output_shape, in the upper corner of a tensor of that size.
Outputs MaxUnpool(const Call& call) {
  const Array &x = call[0], &places = call[1];
  if (x.rank() < 3 || places.dims() != x.dims()) return ShapeError("places that don't fit the input").With("found", Describe(places)).With("wanted", Describe(x));
  CONFORMANCE_TRY(const Window window, WindowAttributes(call, static_cast<size_t>(x.rank() - 2), {}));
  Shape dims = {x.dim(0), x.dim(1)};
  for (size_t axis = 0; axis < window.kernel.size(); ++axis) {
    const int64_t size = x.dims()[axis + 2];
    int64_t full = 0;
    if (__builtin_mul_overflow(size - 1, window.stride[axis], &full)) return ShapeError("an output of impossible size");
    dims.push_back(std::max<int64_t>(0, full + window.kernel[axis] - window.before[axis] - window.after[axis]));
  }
  Shape whole = dims;
  if (const Array* shape = call.Optional(2)) {
    CONFORMANCE_TRY(whole, ToInts(*shape, "output_shape"));
    bool fits = whole.size() == dims.size();
    for (size_t i = 0; fits && i < dims.size(); ++i) fits = whole[i] >= dims[i];
    if (!fits) return ShapeError("an output_shape that the input doesn't fit in").With("found", ShapeText(whole)).With("wanted", "at least " + ShapeText(dims));
  }
  CONFORMANCE_TRY(Array y, call.New(x.elem(), whole));
  const int64_t count = NumElements(dims);
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) -> Status {
    std::fill_n(y.mutable_data<T>(), y.count(), T(0));
    for (int64_t i = 0; i < x.count(); ++i) {
      int64_t place = places.data<int64_t>()[i];
      if (place < 0 || place >= count) return Invalid("a place out of range").With("found", std::to_string(place)).With("wanted", "below " + std::to_string(count));
      int64_t at = 0, step = 1;
      for (size_t axis = dims.size(); axis-- > 0;) {
        at += place % dims[axis] * step;
        step *= whole[axis];
        place /= dims[axis];
      }
      y.mutable_data<T>()[at] = x.data<T>()[i];
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
