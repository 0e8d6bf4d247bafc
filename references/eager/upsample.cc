// Interpolation over one to three axes: for each place along an axis the elements that it looks at and their shares.
#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/base/random.h"
#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// What one place along an axis looks at.
struct Tap {
  int64_t from[4];
  double share[4];
};

enum class Mode { kNearest, kExact, kLinear, kCubic };

/// The factor from places of the output to those of the input, and those places, in S as PyTorch's kernels do: f32 for all but f64.
template <typename S>
struct Axis {
  int64_t in, out;
  bool corners;
  std::optional<double> factor;

  S scale() const {
    if (corners) return out > 1 ? static_cast<S>(in - 1) / static_cast<S>(out - 1) : S(0);
    return factor && *factor > 0 ? static_cast<S>(1.0 / *factor) : static_cast<S>(in) / static_cast<S>(out);
  }
  S source(int64_t i) const { return corners ? scale() * static_cast<S>(i) : scale() * (static_cast<S>(i) + S(0.5)) - S(0.5); }
  /// `source`, as far off as another order of its roundings (the factor, the product, the shift) may be: `noise` units of the last place.
  S source(int64_t i, double noise) const {
    const double at = static_cast<double>(source(i));
    return static_cast<S>(at + noise * static_cast<double>(std::numeric_limits<S>::epsilon()) / 2 * (std::fabs(at) + 0.5));
  }
};

template <typename S>
Tap TapOf(const Axis<S>& axis, Mode mode, int64_t i, double noise) {
  const auto inside = [&](int64_t k) { return std::clamp<int64_t>(k, 0, axis.in - 1); };
  switch (mode) {
    case Mode::kNearest: return {{inside(static_cast<int64_t>(std::floor(axis.scale() * static_cast<S>(i))))}, {1}};
    case Mode::kExact: return {{inside(static_cast<int64_t>(std::floor(axis.scale() * (static_cast<S>(i) + S(0.5)))))}, {1}};
    case Mode::kLinear: {
      if (axis.in == axis.out) return {{i, i}, {1, 0}};
      const S at = std::max(axis.source(i, noise), S(0));
      const int64_t first = std::min(static_cast<int64_t>(at), axis.in - 1);
      const S share = std::clamp(at - static_cast<S>(first), S(0), S(1));
      return {{first, inside(first + 1)}, {static_cast<double>(S(1) - share), static_cast<double>(share)}};
    }
    case Mode::kCubic: break;
  }
  const S at = axis.source(i, noise), a = S(-0.75);
  const S floor = std::floor(at), t = at - floor, u = S(1) - t;
  const auto near = [a](S x) { return ((a + S(2)) * x - (a + S(3))) * x * x + S(1); };              // |x| ≤ 1
  const auto far = [a](S x) { return ((a * x - S(5) * a) * x + S(8) * a) * x - S(4) * a; };         // 1 < |x| < 2
  const int64_t first = static_cast<int64_t>(floor);
  Tap tap{};
  const S shares[] = {far(t + S(1)), near(t), near(u), far(u + S(1))};
  for (int64_t k = 0; k < 4; ++k) {
    tap.from[k] = inside(first - 1 + k);
    tap.share[k] = static_cast<double>(shares[k]);
  }
  return tap;
}

/// Taps of each of the last axes, the outermost first. Noise moves the places that they look at, by the call's seed.
template <typename S>
std::vector<std::vector<Tap>> Taps(const KernelCall& call, size_t axes, Mode mode) {
  const bool vec = call.op().args.back().kind == ops::ArgKind::kFloatList, smooth = mode == Mode::kLinear || mode == Mode::kCubic;
  const Shape &in = call.tensor(0).shape(), out = call.out_shape();
  const double ulps = call.numerics().noise_ulp;
  Random random(call.seed());
  std::vector<std::vector<Tap>> taps;
  for (size_t d = 0; d < axes; ++d) {
    Axis<S> axis{in[2 + d], out[2 + d], smooth && call.boolean(2), std::nullopt};
    if (vec && !call.IsNone(call.size() - 1)) axis.factor = std::get<std::vector<double>>(call.args().back())[d];
    const size_t one = call.size() - axes + d;
    if (!vec && !call.IsNone(one)) axis.factor = call.number(one);
    taps.emplace_back();
    for (int64_t i = 0; i < axis.out; ++i) taps.back().push_back(TapOf(axis, mode, i, ulps == 0 ? 0 : ulps * (2 * random.Uniform() - 1)));
  }
  return taps;
}

/// Σ over the taps of the axes from d on of one place of the output.
template <typename T>
T At(const T* plane, const Shape& in, const std::vector<std::vector<Tap>>& taps, const int64_t* place, size_t d, int64_t offset, int width) {
  if (d == taps.size()) return plane[offset];
  const Tap& tap = taps[d][static_cast<size_t>(place[d])];
  const auto value = [&](int k) { return At(plane, in, taps, place, d + 1, offset * in[2 + d] + tap.from[k], width); };
  if (width == 1) return value(0);
  T total = value(0) * static_cast<T>(tap.share[0]);
  for (int k = 1; k < width; ++k) total += value(k) * static_cast<T>(tap.share[k]);
  return total;
}

Outputs Interpolate(const KernelCall& call, Mode mode) {
  return WithCompute(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0));
    const size_t axes = x.shape().size() - 2;
    const auto taps = call.declared(0) == DType::kF64 ? Taps<double>(call, axes, mode) : Taps<float>(call, axes, mode);
    const int width = mode == Mode::kLinear ? 2 : mode == Mode::kCubic ? 4 : 1;
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    const int64_t planes = x.dim(0) * x.dim(1);
    const int64_t area = planes == 0 ? 0 : x.num_elements() / planes, places = planes == 0 ? 0 : out.num_elements() / planes;
    T* y = out.mutable_data<T>();
    for (int64_t plane = 0; plane < planes; ++plane) {
      int64_t place[3] = {};
      for (int64_t i = 0; i < places; ++i) {
        *y++ = At(x.data<T>() + plane * area, x.shape(), taps, place, 0, 0, width);
        for (size_t d = axes; d-- > 0;) {
          if (++place[d] < out.shape()[2 + d]) break;
          place[d] = 0;
        }
      }
    }
    return std::vector<Tensor>{Stored(call, out)};
  });
}

}  // namespace

Outputs UpsampleNearest(const KernelCall& call) { return Interpolate(call, Mode::kNearest); }
Outputs UpsampleNearestExact(const KernelCall& call) { return Interpolate(call, Mode::kExact); }
Outputs UpsampleLinear(const KernelCall& call) { return Interpolate(call, Mode::kLinear); }
Outputs UpsampleCubic(const KernelCall& call) { return Interpolate(call, Mode::kCubic); }

}  // namespace conformance::eager
