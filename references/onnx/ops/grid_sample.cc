#include <algorithm>
#include <array>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/window.h"

namespace conformance::onnx_reference::kernels {
namespace {

enum class By : uint8_t { kNearest, kLinear, kCubic };
enum class Beyond : uint8_t { kZeros, kBorder, kReflection };

/// x brought back into [low, high], as often as it takes.
double Reflected(double x, double low, double high) {
  const double range = high - low;
  if (!(range > 0) || !std::isfinite(x)) return low;
  const double distance = x < low ? low - x : x > high ? x - high : 0;
  if (distance == 0) return x;
  const double times = std::floor(distance / range), rest = distance - times * range;
  const bool even = std::fmod(times, 2) == 0;
  return (x < low) == even ? low + rest : high - rest;
}

struct Tap {
  int64_t place;  ///< -1: outside, nothing
  double weight;
};

struct Sampler {
  By by = By::kLinear;
  Beyond beyond = Beyond::kZeros;
  bool align = false;

  int64_t Place(double at, int64_t size) const {
    if (at >= 0 && at <= static_cast<double>(size - 1)) return static_cast<int64_t>(at);
    switch (beyond) {
      case Beyond::kBorder: return at < 0 ? 0 : size - 1;
      case Beyond::kReflection: {
        const double low = align ? 0 : -0.5, high = static_cast<double>(size) - (align ? 1 : 0.5);
        return std::clamp<int64_t>(static_cast<int64_t>(Reflected(at, low, high)), 0, size - 1);
      }
      default: return -1;
    }
  }

  /// What the place `normal` of [-1, 1] along an axis takes; returns how many.
  size_t Taps(double normal, int64_t size, std::array<Tap, 4>& taps) const {
    const double length = static_cast<double>(size);
    double x = align ? (normal + 1) / 2 * (length - 1) : ((normal + 1) * length - 1) / 2;
    if (std::isnan(x)) x = -1;
    if (by == By::kNearest) x = std::nearbyint(x);
    const double low = align ? 0 : -0.5, high = length - (align ? 1 : 0.5);
    if (x < low || x > high) {
      // A cubic filter still feels how far outside it is; its places are held one by one.
      if (beyond == Beyond::kBorder && by != By::kCubic) x = std::clamp(x, 0.0, length - 1);
      if (beyond == Beyond::kReflection) x = Reflected(x, low, high);
    }
    x = std::clamp(x, -8.0, length + 8);
    if (by == By::kNearest) {
      taps[0] = {Place(x, size), 1};
      return 1;
    }
    const double floor = std::floor(x), rest = x - floor;
    if (by == By::kLinear) {
      taps[0] = {Place(floor, size), 1 - rest};
      taps[1] = {Place(floor + 1, size), rest};
      return 2;
    }
    constexpr double kA = -0.75;
    const auto near = [](double d) { return ((kA + 2) * d - (kA + 3)) * d * d + 1; };
    const auto far = [](double d) { return ((kA * d - 5 * kA) * d + 8 * kA) * d - 4 * kA; };
    taps[0] = {Place(floor - 1, size), far(rest + 1)};
    taps[1] = {Place(floor, size), near(rest)};
    taps[2] = {Place(floor + 1, size), near(1 - rest)};
    taps[3] = {Place(floor + 2, size), far(2 - rest)};
    return 4;
  }
};

}  // namespace

/// X [n, c, d…] at the places that grid [n, o…, axes] says, coordinates from the last axis to the first, -1 and 1
/// being the edges -> [n, c, o…].
/// Integers are interpolated in f64 and cut. Errors: kShape; kInvalid for modes that aren't known.
Outputs GridSample(const Call& call) {
  const Array &x = call[0], &grid = call[1];
  constexpr int64_t kMostAxes = 5;
  const int64_t rank = x.rank() - 2;
  if (rank < 1 || rank > kMostAxes || grid.rank() != x.rank() || grid.dim(0) != x.dim(0) ||
      grid.dim(-1) != rank) {
    return ShapeError("a grid that doesn't fit the input")
        .With("found", Describe(grid) + " for " + Describe(x))
        .With("wanted", "[n, o…, axes] for [n, c, d…] of 1 to " + std::to_string(kMostAxes) + " axes");
  }
  CONFORMANCE_RETURN_IF_ERROR(NeedType(call, 1, kFloats));
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "linear"));
  CONFORMANCE_TRY(const std::string padding, call.String("padding_mode", "zeros"));
  CONFORMANCE_TRY(const int64_t align, call.Int("align_corners", 0));
  Sampler sampler;
  sampler.align = align != 0;
  if (mode == "nearest") {
    sampler.by = By::kNearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    sampler.by = By::kCubic;
  } else if (mode != "linear" && mode != "bilinear") {
    return Invalid("a mode that isn't known")
        .With("found", formats::Quoted(mode))
        .With("wanted", "linear, nearest or cubic");
  }
  if (padding == "border") {
    sampler.beyond = Beyond::kBorder;
  } else if (padding == "reflection") {
    sampler.beyond = Beyond::kReflection;
  } else if (padding != "zeros") {
    return Invalid("a padding_mode that isn't known")
        .With("found", formats::Quoted(padding))
        .With("wanted", "zeros, border or reflection");
  }
  Shape dims = {x.dim(0), x.dim(1)};
  dims.insert(dims.end(), grid.dims().begin() + 1, grid.dims().end() - 1);
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, dims));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend(
      {wide.count(),
       sampler.by == By::kNearest ? 1 : int64_t{1} << (sampler.by == By::kLinear ? rank : 2 * rank)}));
  for (const Array* array : {&x, &grid}) CONFORMANCE_RETURN_IF_ERROR(call.CanHold(array->count()));
  const std::vector<double> values = ToNumbers(x), places = ToNumbers(grid);
  const int64_t in_count = x.count() == 0 ? 0 : x.count() / (x.dim(0) * x.dim(1));
  const int64_t out_count = wide.count() == 0 ? 0 : wide.count() / (x.dim(0) * x.dim(1));
  const int64_t channels = x.dim(1);
  if (in_count == 0 && out_count != 0)
    return ShapeError("nothing to sample").With("found", Describe(x)).With("wanted", "axes of 1 or more");
  for (int64_t n = 0; n < x.dim(0); ++n) {
    for (int64_t o = 0; o < out_count; ++o) {
      std::array<std::array<Tap, 4>, kMostAxes> taps;
      std::array<size_t, kMostAxes> counts{}, at{};
      for (int64_t axis = 0; axis < rank; ++axis) {
        const auto i = static_cast<size_t>(axis);
        counts[i] = sampler.Taps(places[static_cast<size_t>((n * out_count + o) * rank + rank - 1 - axis)],
                                 x.dim(axis + 2), taps[i]);
      }
      double* to = wide.mutable_data<double>() + n * channels * out_count + o;
      for (int64_t c = 0; c < channels; ++c) to[c * out_count] = 0;
      while (true) {
        double weight = 1;
        int64_t from = 0;
        bool inside = true;
        for (size_t axis = 0; axis < static_cast<size_t>(rank); ++axis) {
          const Tap& tap = taps[axis][at[axis]];
          inside = inside && tap.place >= 0;
          weight *= tap.weight;
          from = from * x.dim(static_cast<int64_t>(axis) + 2) + tap.place;
        }
        if (inside) {
          for (int64_t c = 0; c < channels; ++c)
            to[c * out_count] += weight * values[static_cast<size_t>((n * channels + c) * in_count + from)];
        }
        size_t axis = static_cast<size_t>(rank);
        while (axis > 0 && ++at[axis - 1] == counts[axis - 1]) at[--axis] = 0;
        if (axis == 0) break;
      }
    }
  }
  return CastArray(call, wide, x.elem(), {});
}

/// theta [n, axes, axes + 1] and a size [n, c, d…] -> the places [n, d…, axes] that the matrices map an even grid of
/// [-1, 1] to. Errors: kShape.
Outputs AffineGrid(const Call& call) {
  const Array& theta = call[0];
  CONFORMANCE_TRY(const std::vector<int64_t> size, ToInts(call[1], "size"));
  CONFORMANCE_TRY(const int64_t align, call.Int("align_corners", 0));
  const auto rank = static_cast<int64_t>(size.size()) - 2;
  if (rank < 2 || rank > 3 || theta.dims() != Shape{size[0], rank, rank + 1})
    return ShapeError("matrices that don't fit the size")
        .With("found", Describe(theta) + " for " + ShapeText(size))
        .With("wanted", "[n, 2, 3] for [n, c, h, w], [n, 3, 4] for [n, c, d, h, w]");
  Shape dims = {size[0]};
  dims.insert(dims.end(), size.begin() + 2, size.end());
  const std::vector<int64_t> sizes(size.begin() + 2, size.end());
  dims.push_back(rank);
  CONFORMANCE_TRY(Array grid, call.New(theta.elem(), theta.store(), dims));
  const int64_t places = grid.count() == 0 ? 0 : grid.count() / (size[0] * rank);
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(theta.store(), "theta", [&]<typename T>(Tag<T>) {
    T* to = grid.mutable_data<T>();
    for (int64_t n = 0; n < size[0]; ++n) {
      std::vector<int64_t> index(sizes.size(), 0);
      for (int64_t i = 0; i < places; ++i, Advance(index, sizes)) {
        for (int64_t row = 0; row < rank; ++row) {
          const T* line = theta.data<T>() + (n * rank + row) * (rank + 1);
          T sum = line[rank];
          for (int64_t k = 0; k < rank; ++k) {
            const auto axis = static_cast<size_t>(rank - 1 - k);
            const T length = static_cast<T>(sizes[axis]), at = static_cast<T>(index[axis]);
            const T place = align == 0         ? (2 * at + 1) / length - 1
                            : sizes[axis] == 1 ? T(0)
                                               : 2 * at / (length - 1) - 1;
            sum += line[k] * place;
          }
          *to++ = sum;
        }
      }
    }
    return Ok();
  }));
  return grid;
}

}  // namespace conformance::onnx_reference::kernels
