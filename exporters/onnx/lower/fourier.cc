#include "exporters/onnx/lower/fourier.h"

#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace conformance::onnx {
namespace {

enum Norm : int64_t { kNone, kByRootN, kByN };

/// The pairs of a value that is called complex, and the other way round.
Value Pairs(Value x) {
  x.dtype = RealOf(x.dtype);
  if (x.sizes) x.sizes->push_back(2);
  return x;
}
Value Called(Value pairs, DType complex) {
  pairs.dtype = complex;
  return pairs;
}

/// ONNX's own operator, without its factor on the way back.
Value DftOp(Graph& g, const Value& x, int64_t axis, int64_t n, bool inverse, bool onesided) {
  std::vector<Attr> attrs = {{"inverse", inverse ? 1 : 0}, {"onesided", onesided ? 1 : 0}};
  Value y;
  if (g.Opset() >= 20) {
    y = g.Op("DFT", {x, Value(), g.Int(axis)}, std::move(attrs));
  } else {
    attrs.emplace_back("axis", axis);
    y = g.Op("DFT", {x}, std::move(attrs));
  }
  return inverse ? g.Op("Mul", {y, g.Const(static_cast<double>(n), y)}) : y;
}

/// cos and sin of ∓2π·km/n, [n, bins]: constants, or made from a size when the model runs.
struct Waves {
  Value cosine, sine;
};
Waves WavesOf(Graph& g, const Size& size, DType dtype, bool inverse, bool onesided) {
  const double turn = (inverse ? 2 : -2) * std::numbers::pi;
  if (size.IsNumber()) {
    const int64_t n = size.number, bins = onesided ? n / 2 + 1 : n;
    std::vector<double> cosine, sine;
    for (int64_t k = 0; k < n; ++k) {
      for (int64_t m = 0; m < bins; ++m) {
        const double angle = turn * static_cast<double>(k * m % n) / static_cast<double>(n);
        cosine.push_back(std::cos(angle));
        sine.push_back(std::sin(angle));
      }
    }
    const auto constant = [&](const std::vector<double>& values) { return g.Constant(conformance::Cast(Tensor::Of<double>({n, bins}, values), dtype)); };
    return {constant(cosine), constant(sine)};
  }
  const Value n = g.AsScalar(size.value), zero = g.Int(0), one = g.Int(1), two = g.Int(2);
  const Value bins = onesided ? g.Op("Add", {g.Op("Div", {n, two}), one}) : n;
  const auto range = [&](const Value& end) { return g.Op("Range", {zero, end, one}); };
  const Value product = g.Op("Mul", {g.Unsqueeze(range(n), {1}), g.Unsqueeze(range(bins), {0})});
  // To half a turn on either side, where angles have the most digits.
  const Value part = g.Op("Mod", {product, n});
  const Value beyond = g.Op("Greater", {g.Op("Mul", {part, two}), n}, {}, DType::kBool);
  const Value near = g.Op("Sub", {part, g.Op("Mul", {g.Cast(beyond, DType::kI64), n})});
  const Value angle = g.Op("Mul", {g.Cast(near, dtype), g.Op("Div", {g.Const(turn, dtype), g.Cast(n, dtype)})});
  return {g.Op("Cos", {angle}), g.Op("Sin", {angle})};
}

/// Lengths up to which a matrix of waves is small beside what it is worth: 2 · 1024² numbers at most.
constexpr int64_t kLongestMatrix = 1024;

bool TakesOperator(const Size& size) {
  if (!size.IsNumber()) return false;
  return std::has_single_bit(static_cast<uint64_t>(size.number)) || size.number > kLongestMatrix;
}

std::vector<int64_t> Inverse(const std::vector<int64_t>& perm) {
  std::vector<int64_t> inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) inverse[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  return inverse;
}

/// Σ x[n]·e^(∓2πi·kn/N) along an axis of pairs [..., 2], `rank` axes without the last, or of reals; no factor. ONNX Runtime's DFT (1.32.0) errs by
/// 8 roundings at powers of two, and at other lengths, by a convolution in f32, by n or twice n of them (tens at 13, 1,900 at 1,000): there it is a
/// product with a matrix of waves, which errs by √n at most. OpenVINO's gives other numbers altogether.
Value Transform(Graph& g, const Value& x, const Value& sized, int64_t axis, int64_t rank, bool real, bool inverse, bool onesided) {
  const Size size = g.SizeAt(sized, axis);
  if (TakesOperator(size)) return DftOp(g, real ? g.Unsqueeze(x, {rank}) : x, axis, size.number, inverse, onesided);
  const Waves waves = WavesOf(g, size, x.dtype, inverse, onesided);
  std::vector<int64_t> perm;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis) perm.push_back(i);
  }
  if (!real) perm.push_back(rank);  // the parts stand before the axis that is summed over
  perm.push_back(axis);
  const Value turned = g.Transpose(x, perm);
  const Value cosine = g.Op("MatMul", {turned, waves.cosine}), sine = g.Op("MatMul", {turned, waves.sine});
  if (real) perm.insert(perm.end() - 1, rank);
  const auto part = [&](const Value& of, int64_t i) { return real ? g.Unsqueeze(of, {rank - 1}) : g.Slice(of, rank - 1, i, i + 1); };
  const Value re = real ? part(cosine, 0) : g.Op("Sub", {part(cosine, 0), part(sine, 1)});
  const Value im = real ? part(sine, 0) : g.Op("Add", {part(sine, 0), part(cosine, 1)});
  return g.Transpose(g.Concat({re, im}, rank - 1), Inverse(perm));
}

/// x by √n or n, n the product of x's sizes along `axes` of `sized`.
Value Scaled(Graph& g, const Value& x, const Value& sized, const std::vector<int64_t>& axes, double power) {
  if (power == 0) return x;
  double known = 1;
  std::optional<Value> open;
  for (const int64_t axis : axes) {
    const Size size = g.SizeAt(sized, axis);
    if (size.IsNumber()) {
      known *= static_cast<double>(size.number);
    } else {
      const Value factor = g.Cast(size.value, x.dtype);
      open = open ? g.Op("Mul", {*open, factor}) : factor;
    }
  }
  if (!open) return g.Op("Mul", {x, g.Const(std::pow(known, power), x)});
  Value n = known == 1 ? *open : g.Op("Mul", {*open, g.Const(known, x)});
  if (std::fabs(power) == 0.5) n = g.Op("Sqrt", {n});
  return g.Op(power > 0 ? "Mul" : "Div", {x, n});
}

}  // namespace

Result<Outputs> LowerViewAsComplex(const Call& call, Graph&) { return Called(call.Tensor("self"), call.OutputDType()); }

Result<Outputs> LowerViewAsReal(const Call& call, Graph&) { return Pairs(call.Tensor("self")); }

Result<Outputs> LowerOwnPart(const Call& call, Graph&) { return call.Tensor("self"); }

Result<Outputs> LowerRealAngle(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), wide = g.Cast(x, call.OutputDType());
  const Value negative = g.Op("Less", {wide, g.Const(0, wide)}, {}, DType::kBool);
  const Value angle = g.Where(negative, g.Const(std::numbers::pi, wide), g.Const(0, wide));
  return IsFloating(x.dtype) ? g.Where(g.Op("IsNaN", {g.AtLeast(x, DType::kF32)}, {}, DType::kBool), wide, angle) : angle;
}

Result<Outputs> LowerFftR2c(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<int64_t> axes = call.Ints("dim");
  if (axes.empty()) return call.Refused("no axis");
  std::vector<int64_t> wrapped;
  for (const int64_t axis : axes) wrapped.push_back(axis < 0 ? axis + x.rank() : axis);
  // The last one that is named first: it is halved. The others keep their sizes.
  Value y = Transform(g, x, x, wrapped.back(), x.rank(), true, false, call.Bool("onesided"));
  for (size_t i = wrapped.size() - 1; i-- > 0;) y = Transform(g, y, x, wrapped[i], x.rank(), false, false, false);
  const int64_t norm = call.Int("normalization");
  return Called(Scaled(g, y, x, wrapped, norm == kByN ? -1 : norm == kByRootN ? -0.5 : 0), call.OutputDType());
}

Result<Outputs> LowerFftC2c(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), pairs = Pairs(x);
  const int64_t rank = pairs.rank() - 1, norm = call.Int("normalization");
  const bool forward = call.Bool("forward");
  std::vector<int64_t> axes = call.Ints("dim");
  for (int64_t& axis : axes) axis = axis < 0 ? axis + rank : axis;
  Value y = pairs;
  for (size_t i = axes.size(); i-- > 0;) y = Transform(g, y, pairs, axes[i], rank, false, !forward, false);
  const double power = norm == kByN ? -1 : norm == kByRootN ? -0.5 : 0;
  if (axes.empty()) y = g.Identity(pairs);
  return Called(Scaled(g, y, pairs, axes, power), call.OutputDType());
}

}  // namespace conformance::onnx
