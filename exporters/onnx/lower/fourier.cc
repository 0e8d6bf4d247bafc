#include "exporters/onnx/lower/fourier.h"

#include <cmath>

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

Value Dft(Graph& g, const Value& x, int64_t axis, bool inverse, bool onesided) {
  std::vector<Attr> attrs = {{"inverse", inverse ? 1 : 0}, {"onesided", onesided ? 1 : 0}};
  if (g.Opset() >= 20) return g.Op("DFT", {x, Value(), g.Int(axis)}, std::move(attrs));
  attrs.emplace_back("axis", axis);
  return g.Op("DFT", {x}, std::move(attrs));
}

/// x times n, √n, 1/√n or 1/n, n the product of x's sizes along `axes` of `sized`.
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

Result<Outputs> LowerFftR2c(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<int64_t> axes = call.Ints("dim");
  Value y = g.Unsqueeze(x, {x.rank()});
  if (axes.empty()) return call.Refused("no axis");
  for (size_t i = axes.size(); i-- > 0;) {
    const int64_t axis = axes[i] < 0 ? axes[i] + x.rank() : axes[i];
    y = Dft(g, y, axis, false, i + 1 == axes.size() && call.Bool("onesided"));
  }
  std::vector<int64_t> wrapped;
  for (const int64_t axis : axes) wrapped.push_back(axis < 0 ? axis + x.rank() : axis);
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
  for (size_t i = axes.size(); i-- > 0;) y = Dft(g, y, axes[i], !forward, false);
  // ONNX's inverse divides by n.
  const double power = (norm == kByN ? -1 : norm == kByRootN ? -0.5 : 0) + (forward ? 0 : 1);
  if (axes.empty()) y = g.Identity(pairs);
  return Called(Scaled(g, y, pairs, axes, power), call.OutputDType());
}

}  // namespace conformance::onnx
