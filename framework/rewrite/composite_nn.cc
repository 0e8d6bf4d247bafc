#include "framework/rewrite/composite_nn.h"

#include <cmath>
#include <limits>

#include "framework/ops/ops.h"
#include "framework/rewrite/composite_arguments.h"

namespace conformance::rewrite {

using ops::OpContext;
using ops::Value;

Value Xlogy(OpContext& c, const Value& x, const Value& y) {
  const Value product = ops::Where(c, ops::Equal(c, x, 0), 0.0, ops::Mul(c, x, ops::Log(c, y)));
  return ops::Where(c, ops::Isnan(c, y), std::numeric_limits<double>::quiet_NaN(), product);
}
Value PairwiseDistance(OpContext& c, const Value& a, const Value& b, double p, double eps, bool keepdim) {
  return ops::VectorNorm(c, ops::Add(c, ops::Sub(c, a, b), eps), p, {-1}, keepdim);
}

namespace {

constexpr double kPi = 3.14159265358979323846;

// ---- distances and layers ----

Values PairwiseDistanceOf(OpContext& c, const Arguments& args) {
  return {PairwiseDistance(c, TensorAt(args, 0), TensorAt(args, 1), NumberAt(args, 2), NumberAt(args, 3), FlagAt(args, 4))};
}
/// Each side by its own norm, which is at least eps.
Values CosineSimilarity(OpContext& c, const Arguments& args) {
  const int64_t axis = IntAt(args, 2);
  const double eps = NumberAt(args, 3);
  const auto unit = [&](const Value& x) { return ops::Div(c, x, ops::ClampMin(c, ops::VectorNorm(c, x, 2, {axis}, true), eps)); };
  return {ops::Sum(c, ops::Mul(c, unit(TensorAt(args, 0)), unit(TensorAt(args, 1))), {axis})};
}
Values Dist(OpContext& c, const Arguments& args) {
  const Value d = ops::Reshape(c, ops::Sub(c, TensorAt(args, 0), TensorAt(args, 1)), {SymInt(-1)});
  return {ops::VectorNorm(c, d, NumberAt(args, 2), {0})};
}
/// y[…, o] = Σ a[…, i] · weight[o, i, j] · b[…, j] + bias[o].
Values Bilinear(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1), &weight = TensorAt(args, 2);
  const Value rows = ops::Reshape(c, a, {SymInt(-1), a.size(-1)}), others = ops::Reshape(c, b, {SymInt(-1), b.size(-1)});
  const Value products = ops::Mul(c, ops::Matmul(c, ops::Unsqueeze(c, rows, 0), weight), ops::Unsqueeze(c, others, 0));
  Value y = ops::Transpose(c, ops::Sum(c, products, {2}), 0, 1);
  if (!IsNone(args[3])) y = ops::Add(c, y, TensorAt(args, 3));
  std::vector<SymInt> sizes(a.sizes().begin(), a.sizes().end());
  sizes.back() = weight.size(0);
  return {ops::Reshape(c, y, std::move(sizes))};
}
template <size_t kTrain>
Values DropoutOff(OpContext& c, const Arguments& args) {
  if (FlagAt(args, kTrain)) return Refused(c, Unsupported("dropout of a model in training").With("wanted", "model.eval()"));
  return {ops::Alias(c, TensorAt(args, 0))};
}
Values Rrelu(OpContext& c, const Arguments& args) {
  if (FlagAt(args, 3)) return Refused(c, Unsupported("rrelu of a model in training").With("wanted", "model.eval()"));
  return {ops::LeakyRelu(c, TensorAt(args, 0), (NumberAt(args, 1) + NumberAt(args, 2)) / 2)};
}
Values Softshrink(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const double bound = NumberAt(args, 1);
  const Value low = ops::Where(c, ops::Less(c, x, -bound), ops::Add(c, x, bound), ops::Mul(c, x, 0));  // NaN stays
  return {ops::Where(c, ops::Greater(c, x, bound), ops::Sub(c, x, bound), low)};
}
Values ChannelShuffle(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const int64_t groups = IntAt(args, 1);
  const Value apart = ops::Unflatten(c, x, 1, {SymInt(groups), SymInt(-1)});
  return {ops::Reshape(c, ops::Transpose(c, apart, 1, 2), std::vector<SymInt>(x.sizes().begin(), x.sizes().end()))};
}

/// −1 … 1 in n places: at the corners, or at the middles of n cells.
Value UnitPlaces(OpContext& c, const SymInt& n, bool corners, DType dtype) {
  const Value at = ops::To(c, ops::Arange(c, n), dtype);
  if (!corners) return ops::Sub(c, ops::Div(c, ops::Add(c, ops::Mul(c, at, 2), 1), ops::Scalar(n)), 1);
  if (n.AsInt() == 1) return ops::Mul(c, at, 0);
  return ops::Sub(c, ops::Div(c, ops::Mul(c, at, 2), ops::Scalar(n - 1)), 1);
}
/// theta [N, 2, 3] or [N, 3, 4] on the places of a picture of that size, x first.
Values AffineGrid(OpContext& c, const Arguments& args) {
  const Value& theta = TensorAt(args, 0);
  const auto& size = std::get<std::vector<SymInt>>(args[1]);
  const size_t axes = size.size() - 2;
  std::vector<SymInt> places(size.begin() + 2, size.end());
  std::vector<SymInt> column = places;
  column.push_back(SymInt(1));
  Values columns;
  for (size_t k = axes; k-- > 0;) {
    std::vector<SymInt> along(axes + 1, SymInt(1));
    along[k] = places[k];
    const Value at = ops::View(c, UnitPlaces(c, places[k], FlagAt(args, 2), theta.dtype()), std::move(along));
    columns.push_back(ops::Expand(c, at, column));
  }
  columns.push_back(ops::Full(c, column, 1, theta.dtype()));
  const Value base = ops::Reshape(c, ops::Cat(c, std::move(columns), static_cast<int64_t>(axes)), {SymInt(1), SymInt(-1), SymInt(static_cast<int64_t>(axes) + 1)});
  const Value grid = ops::Matmul(c, base, ops::Transpose(c, theta, 1, 2));
  std::vector<SymInt> sizes = places;
  sizes.insert(sizes.begin(), size[0]);
  sizes.push_back(SymInt(static_cast<int64_t>(axes)));
  return {ops::Reshape(c, grid, std::move(sizes))};
}
/// Each element to where its index says; the rest are zeros.
Values MaxUnpool2d(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const auto& size = std::get<std::vector<SymInt>>(args[2]);
  std::vector<SymInt> rows(x.sizes().begin(), x.sizes().end() - 2), flat = rows, out = rows;
  rows.push_back(SymInt(-1));
  flat.push_back(size[0] * size[1]);
  out.insert(out.end(), {size[0], size[1]});
  const int64_t last = static_cast<int64_t>(rows.size()) - 1;
  const Value zeros = ops::Zeros(c, std::move(flat), x.dtype());
  const Value spread = ops::Scatter(c, zeros, last, ops::Reshape(c, TensorAt(args, 1), rows), ops::Reshape(c, x, rows));
  return {ops::Reshape(c, spread, std::move(out))};
}

// ---- functions of elements ----

template <Value (*kOf)(OpContext&, const Value&)>
Values Of(OpContext& c, const Arguments& args) { return {kOf(c, TensorAt(args, 0))}; }

Value Frac(OpContext& c, const Value& x) { return ops::Sub(c, x, ops::Trunc(c, x)); }
Value DegToRad(OpContext& c, const Value& x) { return ops::Mul(c, x, kPi / 180); }
Value RadToDeg(OpContext& c, const Value& x) { return ops::Mul(c, x, 180 / kPi); }
Value Entr(OpContext& c, const Value& x) {
  const Value positive = ops::Neg(c, ops::Mul(c, x, ops::Log(c, x)));
  const Value below = ops::Where(c, ops::Equal(c, x, 0), 0.0, ops::Where(c, ops::Isnan(c, x), x, -std::numeric_limits<double>::infinity()));
  return ops::Where(c, ops::Greater(c, x, 0), positive, below);
}
Value Sinc(OpContext& c, const Value& x) {
  const Value angle = ops::Mul(c, x, kPi);
  return ops::Where(c, ops::Equal(c, x, 0), 1.0, ops::Div(c, ops::Sin(c, angle), angle));
}
/// Of zeros, by the sign of the reciprocal.
Value Signbit(OpContext& c, const Value& x) {
  if (!IsFloating(x.dtype())) return ops::Less(c, x, 0);
  return ops::Where(c, ops::Equal(c, x, 0), ops::Less(c, ops::Reciprocal(c, x), 0), ops::Less(c, x, 0));
}
Values XlogyOf(OpContext& c, const Arguments& args) { return {Xlogy(c, TensorAt(args, 0), TensorAt(args, 1))}; }
Values Xlog1py(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &y = TensorAt(args, 1);
  const Value product = ops::Where(c, ops::Equal(c, x, 0), 0.0, ops::Mul(c, x, ops::Log1p(c, y)));
  return {ops::Where(c, ops::Isnan(c, y), std::numeric_limits<double>::quiet_NaN(), product)};
}
/// The larger, times √(1 + (smaller / larger)²): no square overflows.
Values Hypot(OpContext& c, const Arguments& args) {
  const Value a = ops::Abs(c, TensorAt(args, 0)), b = ops::Abs(c, TensorAt(args, 1));
  const Value large = ops::Maximum(c, a, b), ratio = ops::Div(c, ops::Minimum(c, a, b), large);
  const Value length = ops::Mul(c, large, ops::Sqrt(c, ops::Add(c, ops::Mul(c, ratio, ratio), 1)));
  const Value plain = ops::LogicalOr(c, ops::Equal(c, large, 0), ops::Isinf(c, large));
  return {ops::Where(c, plain, large, length)};
}
/// log(base^a + base^b); equal infinities are their own answer.
Value LogAdd(OpContext& c, const Value& a, const Value& b, bool base_two) {
  const Value large = ops::Maximum(c, a, b), apart = ops::Neg(c, ops::Abs(c, ops::Sub(c, a, b)));
  const Value more = base_two ? ops::Mul(c, ops::Log1p(c, ops::Exp2(c, apart)), 1.4426950408889634074) : ops::Log1p(c, ops::Exp(c, apart));
  const Value same = ops::LogicalAnd(c, ops::Equal(c, a, b), ops::Isinf(c, a));
  return ops::Where(c, same, a, ops::Add(c, large, more));
}
Values Logaddexp(OpContext& c, const Arguments& args) { return {LogAdd(c, TensorAt(args, 0), TensorAt(args, 1), false)}; }
Values Logaddexp2(OpContext& c, const Arguments& args) { return {LogAdd(c, TensorAt(args, 0), TensorAt(args, 1), true)}; }
template <Value (*kOf)(OpContext&, const Value&, const Value&)>
Values NotNan(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1);
  return {ops::Where(c, ops::Isnan(c, a), b, ops::Where(c, ops::Isnan(c, b), a, kOf(c, a, b)))};
}
Values Isclose(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1);
  const Value same = ops::Equal(c, a, b);
  if (!IsFloating(a.dtype())) return Refused(c, Unsupported("isclose of integers").With("found", std::string(ToString(a.dtype()))));
  const Value room = ops::Add(c, ops::Mul(c, ops::Abs(c, b), NumberAt(args, 2)), NumberAt(args, 3));
  const Value distance = ops::Abs(c, ops::Sub(c, a, b));
  Value close = ops::LogicalOr(c, same, ops::LogicalAnd(c, ops::Isfinite(c, distance), ops::LessEqual(c, distance, room)));
  if (FlagAt(args, 4)) close = ops::LogicalOr(c, close, ops::LogicalAnd(c, ops::Isnan(c, a), ops::Isnan(c, b)));
  return {close};
}
Values FloatPowerScalar(OpContext& c, const Arguments& args) {
  return {ops::Pow(c, ops::To(c, TensorAt(args, 0), DType::kF64), NumberAt(args, 1))};
}
Values FloatPower(OpContext& c, const Arguments& args) {
  return {ops::Pow(c, ops::To(c, TensorAt(args, 0), DType::kF64), ops::To(c, TensorAt(args, 1), DType::kF64))};
}
Values Heaviside(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  return {ops::Where(c, ops::Equal(c, x, 0), TensorAt(args, 1), ops::To(c, ops::Greater(c, x, 0), x.dtype()))};
}
Values Copysign(OpContext& c, const Arguments& args) {
  const Value size = ops::Abs(c, TensorAt(args, 0));
  return {ops::Where(c, Signbit(c, TensorAt(args, 1)), ops::Neg(c, size), size)};
}
Values Ldexp(OpContext& c, const Arguments& args) {
  return {ops::Mul(c, TensorAt(args, 0), ops::Pow(c, 2.0, TensorAt(args, 1)))};
}

// ---- statistics ----

std::vector<int64_t> AxesOrAll(const Arguments& args, size_t i) {
  std::vector<int64_t> axes = IntsAt(args, i);
  if (axes.empty()) {
    for (int64_t axis = 0; axis < TensorAt(args, 0).rank(); ++axis) axes.push_back(axis);
  }
  return axes;
}
Value WithoutNan(OpContext& c, const Value& x) { return IsFloating(x.dtype()) ? ops::Where(c, ops::Isnan(c, x), 0.0, x) : x; }
Values Nansum(OpContext& c, const Arguments& args) {
  return {ops::Sum(c, WithoutNan(c, TensorAt(args, 0)), AxesOrAll(args, 1), FlagAt(args, 2), DTypeAt(args, 3))};
}
Values Nanmean(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const std::vector<int64_t> axes = AxesOrAll(args, 1);
  const Value count = ops::Sum(c, ops::To(c, ops::LogicalNot(c, ops::Isnan(c, x)), x.dtype()), axes, FlagAt(args, 2));
  return {ops::Div(c, ops::Sum(c, WithoutNan(c, x), axes, FlagAt(args, 2), DTypeAt(args, 3)), count)};
}
Values CountNonzero(OpContext& c, const Arguments& args) {
  const Value set = ops::To(c, ops::NotEqual(c, TensorAt(args, 0), 0), DType::kI64);
  return {ops::Sum(c, set, AxesOrAll(args, 1))};
}
Values Aminmax(OpContext& c, const Arguments& args) {
  const std::vector<int64_t> axes = AxesOrAll(args, 1);
  return {ops::Amin(c, TensorAt(args, 0), axes, FlagAt(args, 2)), ops::Amax(c, TensorAt(args, 0), axes, FlagAt(args, 2))};
}
/// log Σ exp of the elements up to each: over a triangle of all pairs.
Values Logcumsumexp(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  if (x.rank() == 0) return {ops::Alias(c, x)};
  const Value last = ops::Movedim(c, x, IntAt(args, 1), -1);
  const SymInt n = last.size(-1);
  const Value before = ops::LessEqual(c, ops::Unsqueeze(c, ops::Arange(c, n), 0), ops::Unsqueeze(c, ops::Arange(c, n), 1));
  const Value pairs = ops::Where(c, before, ops::Unsqueeze(c, last, -2), -std::numeric_limits<double>::infinity());
  return {ops::Movedim(c, ops::Logsumexp(c, pairs, {-1}), -1, IntAt(args, 1))};
}
/// Between the two elements of the sorted axis that q falls between.
Values Quantile(OpContext& c, const Arguments& args) {
  const double q = NumberAt(args, 1);
  const std::string& interpolation = std::get<std::string>(args[4]);
  if (q < 0 || q > 1) return Refused(c, Invalid("quantile").With("found", std::to_string(q)).With("wanted", "0 to 1"));
  if (interpolation != "linear") return Refused(c, Unsupported("quantile with another interpolation").With("found", interpolation).With("wanted", "linear"));
  const bool whole = IsNone(args[2]);
  const Value x = whole ? ops::Reshape(c, TensorAt(args, 0), {SymInt(-1)}) : TensorAt(args, 0);
  const int64_t axis = whole ? 0 : IntAt(args, 2);
  const auto n = x.size(axis).AsInt();
  if (!n) return Refused(c, Unsupported("quantile along an axis whose size is not known").With("found", x.size(axis).ToString()));
  const Value sorted = c.CallMulti(ops::SortOp(), {x, SymInt(axis), false})[0];
  const double place = q * static_cast<double>(*n - 1);
  const auto at = [&](double k) { return ops::Slice(c, sorted, axis, SymInt(static_cast<int64_t>(k)), SymInt(static_cast<int64_t>(k) + 1)); };
  Value y = ops::Lerp(c, at(std::floor(place)), at(std::ceil(place)), place - std::floor(place));
  const Value nan = ops::Any(c, ops::Isnan(c, x), axis, true);
  y = ops::Where(c, nan, std::numeric_limits<double>::quiet_NaN(), y);
  if (!FlagAt(args, 3)) y = ops::Squeeze(c, y, axis);
  if (whole && FlagAt(args, 3)) y = ops::Reshape(c, y, std::vector<SymInt>(static_cast<size_t>(TensorAt(args, 0).rank()), SymInt(1)));
  return {y};
}

/// Of the sorted axis, the element at that place and where it stood. NaN is larger than all others.
Values Sorted(OpContext& c, const Value& x, int64_t axis, const SymInt& place, bool keepdim) {
  const Values sorted = c.CallMulti(ops::SortStableOp(), {x, true, SymInt(axis), false});
  Values picked;
  for (const Value& part : sorted) {
    const Value one = ops::Slice(c, part, axis, place, place + 1);
    picked.push_back(keepdim ? one : ops::Squeeze(c, one, axis));
  }
  return picked;
}
Values Kthvalue(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const SymInt& k = std::get<SymInt>(args[1]);
  const auto n = x.size(IntAt(args, 2)).AsInt(), place = k.AsInt();
  if (place && (*place < 1 || (n && *place > *n)))
    return Refused(c, Invalid("kthvalue").With("found", "k = " + k.ToString()).With("wanted", "1 to " + x.size(IntAt(args, 2)).ToString()), 2);
  return Sorted(c, x, IntAt(args, 2), k - 1, FlagAt(args, 3));
}
/// The lower of the two in the middle, or a NaN where there is one.
Values MedianDim(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const int64_t axis = IntAt(args, 1);
  const auto n = x.size(axis).AsInt();
  if (!n || *n == 0) return Refused(c, Unsupported("median along an axis whose size is not known").With("found", x.size(axis).ToString()), 2);
  Values middle = Sorted(c, x, axis, SymInt((*n - 1) / 2), FlagAt(args, 2));
  if (!IsFloating(x.dtype())) return middle;
  const Value nan = ops::Isnan(c, x), any = ops::Any(c, nan, axis, FlagAt(args, 2));
  const Value first = ops::Argmax(c, ops::To(c, nan, DType::kI32), axis, FlagAt(args, 2));
  return {ops::Where(c, any, std::numeric_limits<double>::quiet_NaN(), middle[0]), ops::Where(c, any, first, middle[1])};
}
/// The square roots of the variances, and the means.
template <const ops::OpDef& (*kVarMean)()>
Values StdMean(OpContext& c, const Arguments& args) {
  const Values parts = c.CallMulti(kVarMean(), args);
  return {ops::Sqrt(c, parts[0]), parts[1]};
}

// ---- windows ----

/// first − second · cos(2πk / N) + third · cos(4πk / N), of `length` places; a periodic one is the longer one without its end.
Value Window(OpContext& c, int64_t length, bool periodic, double first, double second, double third, DType dtype) {
  if (length <= 1) return ops::Full(c, {SymInt(std::max<int64_t>(length, 0))}, 1, dtype);
  const double period = static_cast<double>(periodic ? length : length - 1);
  const Value at = ops::To(c, ops::Arange(c, SymInt(length)), dtype);
  const Value wave = ops::Cos(c, ops::Mul(c, at, 2 * kPi / period));
  Value y = ops::Add(c, ops::Mul(c, wave, -second), first);
  if (third != 0) y = ops::Add(c, y, ops::Mul(c, ops::Cos(c, ops::Mul(c, at, 4 * kPi / period)), third));
  return y;
}
template <int kFirst, int kSecond, int kThird, bool kGiven>
Values WindowOf(OpContext& c, const Arguments& args) {  // shares in hundredths
  const bool periodic = kGiven ? FlagAt(args, 1) : true;
  return {Window(c, IntAt(args, 0), periodic, kFirst / 100.0, kSecond / 100.0, kThird / 100.0, DTypeOr(args, kGiven ? 2 : 1, DType::kF32))};
}

#define CONFORMANCE_WHERE "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor"

}  // namespace

const std::vector<Composite>& NnComposites() {
  static const std::vector<Composite> table = {
      {"aten::affine_grid_generator(Tensor theta, SymInt[] size, bool align_corners) -> Tensor", AffineGrid},
      {"aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor", DropoutOff<2>},
      {"aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", Aminmax},
      {"aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor", Bilinear},
      {"aten::blackman_window(int window_length, *, " CONFORMANCE_WHERE, WindowOf<42, 50, 8, false>},
      {"aten::blackman_window.periodic(int window_length, bool periodic, *, " CONFORMANCE_WHERE, WindowOf<42, 50, 8, true>},
      {"aten::channel_shuffle(Tensor self, SymInt groups) -> Tensor", ChannelShuffle},
      {"aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor", Copysign},
      {"aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor", CosineSimilarity},
      {"aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", CountNonzero},
      {"aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", CountNonzero},
      {"aten::deg2rad(Tensor self) -> Tensor", Of<DegToRad>},
      {"aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", Dist},
      {"aten::feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor", DropoutOff<2>},
      {"aten::feature_dropout(Tensor input, float p, bool train) -> Tensor", DropoutOff<2>},
      {"aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", FloatPowerScalar},
      {"aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", FloatPower},
      {"aten::fmax(Tensor self, Tensor other) -> Tensor", NotNan<ops::Maximum>},
      {"aten::fmin(Tensor self, Tensor other) -> Tensor", NotNan<ops::Minimum>},
      {"aten::frac(Tensor self) -> Tensor", Of<Frac>},
      {"aten::hamming_window(int window_length, *, " CONFORMANCE_WHERE, WindowOf<54, 46, 0, false>},
      {"aten::hamming_window.periodic(int window_length, bool periodic, *, " CONFORMANCE_WHERE, WindowOf<54, 46, 0, true>},
      {"aten::hann_window(int window_length, *, " CONFORMANCE_WHERE, WindowOf<50, 50, 0, false>},
      {"aten::hann_window.periodic(int window_length, bool periodic, *, " CONFORMANCE_WHERE, WindowOf<50, 50, 0, true>},
      {"aten::heaviside(Tensor self, Tensor values) -> Tensor", Heaviside},
      {"aten::hypot(Tensor self, Tensor other) -> Tensor", Hypot},
      {"aten::isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> Tensor", Isclose},
      {"aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", Kthvalue},
      {"aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor", Ldexp},
      {"aten::logaddexp(Tensor self, Tensor other) -> Tensor", Logaddexp},
      {"aten::logaddexp2(Tensor self, Tensor other) -> Tensor", Logaddexp2},
      {"aten::logcumsumexp(Tensor self, int dim) -> Tensor", Logcumsumexp},
      {"aten::max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor", MaxUnpool2d},
      {"aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", MedianDim},
      {"aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Nanmean},
      {"aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Nansum},
      {"aten::pairwise_distance(Tensor x1, Tensor x2, float p=2., float eps=9.9999999999999995e-07, bool keepdim=False) -> Tensor", PairwiseDistanceOf},
      {"aten::quantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor", Quantile},
      {"aten::rad2deg(Tensor self) -> Tensor", Of<RadToDeg>},
      {"aten::rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.33333333333333331, bool training=False) -> Tensor", Rrelu},
      {"aten::sgn(Tensor self) -> Tensor", Is<ops::SignOp, 1>},
      {"aten::signbit(Tensor self) -> Tensor", Of<Signbit>},
      {"aten::sinc(Tensor self) -> Tensor", Of<Sinc>},
      {"aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", Softshrink},
      {"aten::special_entr(Tensor self) -> Tensor", Of<Entr>},
      {"aten::special_erf(Tensor self) -> Tensor", Is<ops::ErfOp, 1>},
      {"aten::special_erfc(Tensor self) -> Tensor", Is<ops::ErfcOp, 1>},
      {"aten::special_expit(Tensor self) -> Tensor", Is<ops::SigmoidOp, 1>},
      {"aten::special_xlog1py(Tensor self, Tensor other) -> Tensor", Xlog1py},
      {"aten::special_xlogy(Tensor self, Tensor other) -> Tensor", XlogyOf},
      {"aten::std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", StdMean<ops::VarMeanOp>},
      {"aten::std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)",
       StdMean<ops::VarMeanCorrectionOp>},
      {"aten::std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", StdMean<ops::VarMeanDimOp>},
      {"aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor", XlogyOf},
  };
  return table;
}
#undef CONFORMANCE_WHERE

}  // namespace conformance::rewrite
