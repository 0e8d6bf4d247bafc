#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/product.h"
#include "references/onnx/ops/quantize.h"
#include "references/onnx/ops/window.h"

/// Products of integers of 8 bits, in f64: exact up to 2^37 terms.
namespace conformance::onnx_reference::kernels {
namespace {

/// What a zero point or scale of a factor is for each element: one for all, one for each row or column (axis -2 or -1
/// of the factor).
Result<std::vector<double>> PerElement(const Array& factor, const Array& given, int64_t axis) {
  CONFORMANCE_TRY(const std::vector<double> numbers, NumbersOf(given, "a scale or zero point"));
  std::vector<double> all(static_cast<size_t>(factor.count()));
  if (numbers.size() == 1) {
    std::fill(all.begin(), all.end(), numbers[0]);
    return all;
  }
  Shape per_line = factor.dims();
  const int64_t other = axis == -1 ? -2 : -1;
  if (factor.rank() >= 2) per_line[static_cast<size_t>(factor.rank() + other)] = 1;
  const bool list =
      factor.rank() <= 2 && given.rank() == 1 && factor.rank() >= -axis && given.count() == factor.dim(axis);
  if (!list && given.dims() != per_line)
    return ShapeError("scales or zero points that don't fit their factor")
        .With("found", Describe(given) + " for " + Describe(factor))
        .With("wanted", "one, or " + ShapeText(per_line));
  const int64_t columns = factor.dim(-1), rows = factor.rank() < 2 ? 1 : factor.dim(-2);
  for (int64_t i = 0; i < factor.count(); ++i) {
    const int64_t matrix = i / columns / rows;
    all[static_cast<size_t>(i)] = numbers[static_cast<size_t>(
        axis == -1 ? matrix * columns + i % columns : matrix * rows + i / columns % rows)];
  }
  return all;
}

/// (x - zero) · scale for each element.
Result<std::vector<double>> Factor(const Array& x, const Array* zero, const Array* scale, int64_t axis) {
  std::vector<double> numbers = ToNumbers(x);
  if (zero != nullptr) {
    CONFORMANCE_TRY(const std::vector<double> zeros, PerElement(x, *zero, axis));
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] -= zeros[i];
  }
  if (scale != nullptr) {
    CONFORMANCE_TRY(const std::vector<double> scales, PerElement(x, *scale, axis));
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] *= scales[i];
  }
  return numbers;
}

/// numpy.matmul of two factors in f64.
Result<Array> Multiply(const Call& call, const Array& a, const std::vector<double>& left, const Array& b,
                       const std::vector<double>& right) {
  const auto refuse = [&] {
    return ShapeError("factors that don't fit")
        .With("found", Describe(a) + " and " + Describe(b))
        .With("wanted", "[..., m, k] and [..., k, n]");
  };
  if (a.rank() == 0 || b.rank() == 0) return refuse();
  const bool row = a.rank() == 1, column = b.rank() == 1;
  const int64_t m = row ? 1 : a.dim(-2), k = a.dim(-1), n = column ? 1 : b.dim(-1);
  if (b.dim(column ? -1 : -2) != k) return refuse();
  const Shape lead_a(a.dims().begin(), a.dims().end() - (row ? 1 : 2)),
      lead_b(b.dims().begin(), b.dims().end() - (column ? 1 : 2));
  CONFORMANCE_TRY(const Shape lead, BroadcastDims(lead_a, lead_b));
  Shape dims = lead;
  if (!row) dims.push_back(m);
  if (!column) dims.push_back(n);
  CONFORMANCE_TRY(Array out, call.New(Elem::kDouble, Store::kF64, std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({out.count(), k}));
  const BroadcastWalk walk(lead, {&lead_a, &lead_b});
  double* to = out.mutable_data<double>();
  walk.ForEachRow([&](const auto& at) {
    for (int64_t i = 0; i < walk.length(); ++i, to += m * n)
      MultiplyInto(left.data() + (at[0] + i * walk.step()[0]) * m * k,
                   right.data() + (at[1] + i * walk.step()[1]) * k * n, to, m, k, n);
  });
  return out;
}

Status NeedTypes(const Call& call, std::initializer_list<size_t> indices, Types types) {
  for (const size_t index : indices) CONFORMANCE_RETURN_IF_ERROR(NeedType(call, index, types));
  return Ok();
}

Status NeedOne(const Array& array, std::string_view what) {
  if (array.count() == 1) {
    CONFORMANCE_TRY(const auto number, NumbersOf(array, what));
    (void)number;
    return Ok();
  }
  return ShapeError(std::string(what) + " is one number")
      .With("found", Describe(array))
      .With("wanted", "one element");
}

/// Σ x · w over the windows of each output place, x and w as f64: [n, m, spatial…].
Result<Array> Convolve(const Call& call, const Array& x, const std::vector<double>& image, const Array& w,
                       const std::vector<double>& weights) {
  CONFORMANCE_TRY(const int64_t group, call.Int("group", 1));
  const bool fits = x.rank() >= 3 && w.rank() == x.rank() && group >= 1 &&
                    group <= std::max<int64_t>(w.dim(0), 1) && w.dim(0) % group == 0 &&
                    x.dim(1) % group == 0 && x.dim(1) / group == w.dim(1);
  if (!fits)
    return ShapeError("weights that don't fit the input")
        .With("found", Describe(w) + " and " + Describe(x))
        .With("wanted", "[m, c / group, kernel…], m a multiple of group");
  const std::vector<int64_t> kernel(w.dims().begin() + 2, w.dims().end());
  CONFORMANCE_TRY(const std::vector<int64_t> declared, call.Ints("kernel_shape", kernel));
  if (declared != kernel)
    return ShapeError("a kernel_shape that isn't the weights'")
        .With("found", ShapeText(declared))
        .With("wanted", ShapeText(kernel));
  CONFORMANCE_TRY(const Window window, WindowOf(call, x, kernel, false));
  Shape dims = {x.dim(0), w.dim(0)};
  dims.insert(dims.end(), window.out.begin(), window.out.end());
  CONFORMANCE_TRY(Array out, call.New(Elem::kDouble, Store::kF64, std::move(dims)));
  if (out.count() == 0) return out;
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.dim(0), w.count(), window.out_count}));
  const int64_t channels = w.dim(1), each = w.dim(0) / group;
  double* to = out.mutable_data<double>();
  for (int64_t n = 0; n < x.dim(0); ++n) {
    for (int64_t m = 0; m < w.dim(0); ++m) {
      const double* from = image.data() + (n * x.dim(1) + m / each * channels) * window.in_count;
      const double* taps = weights.data() + m * channels * window.kernel_count;
      std::vector<int64_t> index(window.rank(), 0);
      for (int64_t i = 0; i < window.out_count; ++i, Advance(index, window.out)) {
        double sum = 0;
        EachInside(window, index, [&](int64_t at, int64_t tap) {
          for (int64_t c = 0; c < channels; ++c)
            sum += from[c * window.in_count + at] * taps[c * window.kernel_count + tap];
        });
        *to++ = sum;
      }
    }
  }
  return out;
}

/// w - its zero point, one for all or one for each output channel.
Result<std::vector<double>> Weights(const Array& w, const Array* zero) {
  std::vector<double> weights = ToNumbers(w);
  if (zero == nullptr || weights.empty()) return weights;
  CONFORMANCE_TRY(const std::vector<double> zeros, NumbersOf(*zero, "a zero point"));
  const int64_t channels = w.rank() == 0 ? 1 : w.dim(0);
  if (zeros.size() != 1 && static_cast<int64_t>(zeros.size()) != channels)
    return ShapeError("zero points that don't fit the channels")
        .With("found", Describe(*zero))
        .With("wanted", "one, or " + std::to_string(channels));
  const size_t each = weights.size() / static_cast<size_t>(channels);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] -= zeros[zeros.size() == 1 ? 0 : i / each];
  return weights;
}

}  // namespace

/// (A - a_zero_point) · (B - b_zero_point) in int32; zero points of A for each row, of B for each column. Errors:
/// kShape.
Outputs MatMulInteger(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedTypes(call, {0, 1}, kBytes));
  CONFORMANCE_TRY(const std::vector<double> left, Factor(call[0], call.Optional(2), nullptr, -2));
  CONFORMANCE_TRY(const std::vector<double> right, Factor(call[1], call.Optional(3), nullptr, -1));
  CONFORMANCE_TRY(const Array product, Multiply(call, call[0], left, call[1], right));
  return CastArray(call, product, Elem::kInt32, {});
}

/// The product of two dequantized factors, quantized again: y = saturate(round(a · b / y_scale) + y_zero_point).
/// Errors: kShape.
Outputs QLinearMatMul(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedTypes(call, {0, 3, 7}, kBytes | kFloat8));
  const Array &a = call[0], &b = call[3], &y_zero = call[7];
  CONFORMANCE_TRY(const std::vector<double> left, Factor(a, call.Optional(2), call.Optional(1), -2));
  CONFORMANCE_TRY(const std::vector<double> right, Factor(b, call.Optional(5), call.Optional(4), -1));
  CONFORMANCE_RETURN_IF_ERROR(NeedOne(call[6], "y_scale"));
  CONFORMANCE_RETURN_IF_ERROR(NeedOne(y_zero, "y_zero_point"));
  const double scale = ToNumbers(call[6])[0], zero = ToNumbers(y_zero)[0];
  CONFORMANCE_TRY(Array product, Multiply(call, a, left, b, right));
  double* v = product.mutable_data<double>();
  for (int64_t i = 0; i < product.count(); ++i)
    v[i] = (kFloat8.Has(y_zero.elem()) ? v[i] / scale : RoundToEven(v[i] / scale)) + zero;
  return Saturated(call, product, y_zero.elem());
}

/// The convolution of x - x_zero_point with w - w_zero_point in int32; padding is the zero point. Errors: kShape.
Outputs ConvInteger(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedTypes(call, {0, 1}, kBytes));
  const Array &x = call[0], &w = call[1];
  std::vector<double> image = ToNumbers(x);
  if (const Array* zero = call.Optional(2)) {
    CONFORMANCE_RETURN_IF_ERROR(NeedOne(*zero, "x_zero_point"));
    const double all = ToNumbers(*zero)[0];
    for (double& v : image) v -= all;
  }
  CONFORMANCE_TRY(const std::vector<double> weights, Weights(w, call.Optional(3)));
  CONFORMANCE_TRY(const Array sum, Convolve(call, x, image, w, weights));
  return CastArray(call, sum, Elem::kInt32, {});
}

/// The same with scales, quantized again; the bias has the scale x_scale · w_scale. Errors: kShape.
Outputs QLinearConv(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedTypes(call, {0, 3, 7}, kBytes));
  const Array &x = call[0], &w = call[3], &y_zero = call[7];
  for (const auto& [index, what] : {std::pair<size_t, const char*>{1, "x_scale"},
                                    {2, "x_zero_point"},
                                    {6, "y_scale"},
                                    {7, "y_zero_point"}})
    CONFORMANCE_RETURN_IF_ERROR(NeedOne(call[index], what));
  std::vector<double> image = ToNumbers(x);
  const double x_zero = ToNumbers(call[2])[0];
  for (double& v : image) v -= x_zero;
  CONFORMANCE_TRY(const std::vector<double> weights, Weights(w, call.Optional(5)));
  CONFORMANCE_TRY(Array sum, Convolve(call, x, image, w, weights));
  const int64_t channels = w.dim(0);
  CONFORMANCE_TRY(const std::vector<double> w_scale, NumbersOf(call, 4));
  if (w_scale.size() != 1 && static_cast<int64_t>(w_scale.size()) != channels)
    return ShapeError("scales that don't fit the channels")
        .With("found", Describe(call[4]))
        .With("wanted", "one, or " + std::to_string(channels));
  std::vector<double> bias(static_cast<size_t>(channels), 0);
  if (const Array* given = call.Optional(8)) {
    if (given->count() != channels)
      return ShapeError("a bias that doesn't fit the channels")
          .With("found", Describe(*given))
          .With("wanted", "[" + std::to_string(channels) + "]");
    CONFORMANCE_TRY(bias, NumbersOf(*given, "the bias"));
  }
  const double x_scale = ToNumbers(call[1])[0], y_scale = ToNumbers(call[6])[0], zero = ToNumbers(y_zero)[0];
  const int64_t places = sum.count() == 0 ? 1 : sum.count() / (x.dim(0) * channels);
  double* v = sum.mutable_data<double>();
  for (int64_t i = 0; i < sum.count(); ++i) {
    const auto c = static_cast<size_t>(i / places % channels);
    v[i] = RoundToEven((v[i] + bias[c]) * (x_scale * w_scale[w_scale.size() == 1 ? 0 : c] / y_scale)) + zero;
  }
  return Saturated(call, sum, y_zero.elem());
}

}  // namespace conformance::onnx_reference::kernels
