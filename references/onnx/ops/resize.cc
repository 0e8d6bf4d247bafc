#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference {
namespace {

enum class Place : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kHalfPixelForNearest,
  kCrop
};
enum class By : uint8_t { kNearest, kLinear, kCubic };
enum class Nearest : uint8_t { kRoundDown, kRoundUp, kFloor, kCeil };

/// An axis that is resized.
struct Axis {
  int64_t in = 0, out = 0;
  double scale = 1, start = 0, end = 1;  ///< start and end: of the region
};

struct Settings {
  std::vector<Axis> axes;
  Place place = Place::kAsymmetric;
  By by = By::kNearest;
  Nearest nearest = Nearest::kFloor;
  bool antialias = false, exclude_outside = false;
  double cubic = -0.75, outside = 0;
};

template <typename T>
Result<T> Named(const std::string& name, std::initializer_list<std::pair<const char*, T>> known,
                const char* what) {
  std::string list;
  for (const auto& [each, value] : known) {
    if (name == each) return value;
    list += list.empty() ? each : std::string(", ") + each;
  }
  return Invalid(std::string("a ") + what + " that isn't known")
      .With("found", formats::Quoted(name))
      .With("wanted", list);
}

/// Where an output's place lies in the input.
double Original(const Settings& settings, const Axis& axis, int64_t place) {
  const double x = static_cast<double>(place), in = static_cast<double>(axis.in);
  // A length that comes of a scale may have a fraction.
  const double whole = axis.scale * in, half = (x + 0.5) / axis.scale - 0.5;
  switch (settings.place) {
    case Place::kHalfPixel: return half;
    case Place::kHalfPixelSymmetric: return in / 2 * (1 - static_cast<double>(axis.out) / whole) + half;
    case Place::kPytorchHalfPixel: return axis.out > 1 ? half : 0;
    case Place::kAlignCorners: return whole == 1 ? 0 : x * (in - 1) / (whole - 1);
    case Place::kHalfPixelForNearest: return (x + 0.5) / axis.scale;
    case Place::kCrop:
      if (axis.out <= 1) return 0.5 * (axis.start + axis.end) * (in - 1);
      return axis.start * (in - 1) +
             x * (axis.end - axis.start) * (in - 1) / (static_cast<double>(axis.out) - 1);
    default: return x / axis.scale;
  }
}

/// Held where it can be counted with; beyond the reach of any filter nothing changes.
double Held(double x, const Axis& axis) {
  const double far = 8.0 * static_cast<double>(axis.in) + 8;
  return std::isnan(x) ? 0 : std::clamp(x, -far, far);
}

int64_t NearestTo(double x, Nearest nearest) {
  switch (nearest) {
    case Nearest::kRoundDown: return static_cast<int64_t>(std::ceil(x - 0.5));
    case Nearest::kRoundUp: return static_cast<int64_t>(std::floor(x + 0.5));
    case Nearest::kFloor: return static_cast<int64_t>(std::floor(x));
    default: return static_cast<int64_t>(std::ceil(x));
  }
}

bool IsOutside(const Settings& settings, const Axis& axis, double x) {
  return settings.place == Place::kCrop && !(x >= 0 && x <= static_cast<double>(axis.in - 1));
}

/// Keys' cubic filter with coefficient a.
double Cubic(double x, double a) {
  x = std::fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

struct Tap {
  int64_t place;
  double weight;
};

/// How far from its place an output's taps reach.
double TapReach(const Settings& settings, const Axis& axis) {
  const double squeeze = settings.antialias ? std::min(axis.scale, 1.0) : 1.0;
  return std::min((settings.by == By::kLinear ? 1 : 2) / squeeze, 4.0 * static_cast<double>(axis.in) + 4);
}

/// What an output's place takes, places outside moved to the edge or left out.
std::vector<Tap> TapsAt(const Settings& settings, const Axis& axis, double x) {
  const double squeeze = settings.antialias ? std::min(axis.scale, 1.0) : 1.0;
  const double reach = TapReach(settings, axis);
  std::vector<Tap> taps;
  double sum = 0;
  for (auto place = static_cast<int64_t>(std::ceil(x - reach)); static_cast<double>(place) <= x + reach;
       ++place) {
    const double distance = (static_cast<double>(place) - x) * squeeze;
    const double weight =
        settings.by == By::kLinear ? std::max(0.0, 1 - std::fabs(distance)) : Cubic(distance, settings.cubic);
    const bool outside = place < 0 || place >= axis.in;
    if (outside && settings.exclude_outside) continue;
    taps.push_back({std::clamp<int64_t>(place, 0, axis.in - 1), weight});
    sum += weight;
  }
  if (settings.antialias || settings.exclude_outside) {
    for (Tap& tap : taps) tap.weight = sum == 0 ? 0 : tap.weight / sum;
  }
  return taps;
}

/// One axis of x [outer, in, inner] -> [outer, out, inner].
template <typename T>
std::vector<T> AlongAxis(const std::vector<T>& x, const Settings& settings, const Axis& axis, int64_t outer,
                         int64_t inner) {
  std::vector<T> y(static_cast<size_t>(outer * axis.out * inner), T(0));
  for (int64_t place = 0; place < axis.out; ++place) {
    for (const Tap& tap : TapsAt(settings, axis, Held(Original(settings, axis, place), axis))) {
      const T weight = static_cast<T>(tap.weight);
      for (int64_t o = 0; o < outer; ++o) {
        const T* from = x.data() + (o * axis.in + tap.place) * inner;
        T* to = y.data() + (o * axis.out + place) * inner;
        for (int64_t i = 0; i < inner; ++i) to[i] += weight * from[i];
      }
    }
  }
  return y;
}

Result<Array> NearestResized(const Call& call, const Array& x, const Settings& settings) {
  std::vector<std::vector<int64_t>> picks;
  for (const Axis& axis : settings.axes) {
    CONFORMANCE_RETURN_IF_ERROR(call.CanHold(axis.out));
    std::vector<int64_t> list(static_cast<size_t>(axis.out));
    for (int64_t place = 0; place < axis.out; ++place) {
      const double at = Original(settings, axis, place);
      list[static_cast<size_t>(place)] =
          IsOutside(settings, axis, at)
              ? -1
              : std::clamp<int64_t>(NearestTo(Held(at, axis), settings.nearest), 0, axis.in - 1);
    }
    picks.push_back(std::move(list));
  }
  if (settings.place != Place::kCrop) return Pick(call, x, picks);
  CONFORMANCE_TRY(Array fill, call.New(Elem::kDouble, Store::kF64, {}));
  *fill.mutable_data<double>() = settings.outside;
  CONFORMANCE_TRY(fill, CastArray(call, fill, x.elem(), {}));
  return Pick(call, x, picks, &fill);
}

template <typename T>
Result<Array> Interpolated(const Call& call, const Array& x, const Settings& settings, Elem elem) {
  Shape dims = x.dims();
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(x.count()));
  std::vector<T> values(static_cast<size_t>(x.count()));
  const std::vector<double> numbers = std::is_same_v<T, float> ? std::vector<double>() : ToNumbers(x);
  if constexpr (std::is_same_v<T, float>) {
    std::copy_n(x.data<float>(), x.count(), values.data());
  } else {
    std::copy(numbers.begin(), numbers.end(), values.begin());
  }
  for (size_t i = 0; i < settings.axes.size(); ++i) {
    const Axis& axis = settings.axes[i];
    const Around around = AroundAxis(dims, static_cast<int64_t>(i));
    dims[i] = axis.out;
    if (axis.in == axis.out && axis.scale == 1 && settings.place != Place::kCrop) continue;
    const double reach = 2 * TapReach(settings, axis) + 1;
    CONFORMANCE_RETURN_IF_ERROR(
        call.Spend({around.outer, axis.out, around.inner, static_cast<int64_t>(reach)}));
    CONFORMANCE_RETURN_IF_ERROR(call.CanHold(around.outer * axis.out * around.inner));
    values = AlongAxis<T>(values, settings, axis, around.outer, around.inner);
  }
  if (settings.place == Place::kCrop) {
    for (size_t i = 0; i < settings.axes.size(); ++i) {
      const Around around = AroundAxis(dims, static_cast<int64_t>(i));
      for (int64_t place = 0; place < around.size; ++place) {
        if (!IsOutside(settings, settings.axes[i], Original(settings, settings.axes[i], place))) continue;
        for (int64_t o = 0; o < around.outer; ++o)
          std::fill_n(values.data() + (o * around.size + place) * around.inner, around.inner,
                      static_cast<T>(settings.outside));
      }
    }
  }
  CONFORMANCE_TRY(Array y, call.New(elem, std::is_same_v<T, float> ? Store::kF32 : Store::kF64, dims));
  std::copy(values.begin(), values.end(), y.mutable_data<T>());
  return y;
}

Outputs Resized(const Call& call, const Array& x, Settings& settings) {
  Shape dims;
  for (const Axis& axis : settings.axes) {
    dims.push_back(axis.out);
    if (axis.in == 0 && axis.out != 0)
      return ShapeError("nothing to resize").With("found", Describe(x)).With("wanted", "axes of 1 or more");
  }
  // Before any list is made: is this a size at all?
  CONFORMANCE_TRY(const Array probe, call.New(x.elem(), dims));
  if (probe.count() == 0) return probe;
  if (settings.by == By::kNearest) return NearestResized(call, x, settings);
  if (x.store() == Store::kF32) return Interpolated<float>(call, x, settings, x.elem());
  if (x.store() == Store::kF64) return Interpolated<double>(call, x, settings, x.elem());
  if (!(kInts | kBool).Has(x.elem()))
    return TypeError("elements that are not interpolated")
        .With("found", Describe(x))
        .With("wanted", "numbers");
  CONFORMANCE_TRY(const Array y, Interpolated<double>(call, x, settings, Elem::kDouble));
  return CastArray(call, y, x.elem(), {});
}

/// Output sizes from scales: floor(in · scale), of a region's length where one is cropped.
Status TakeScales(const std::vector<double>& scales, Settings& settings, const std::vector<int64_t>& axes) {
  if (scales.size() != axes.size())
    return ShapeError("scales of another number")
        .With("found", std::to_string(scales.size()))
        .With("wanted", std::to_string(axes.size()));
  for (size_t i = 0; i < axes.size(); ++i) {
    Axis& axis = settings.axes[static_cast<size_t>(axes[i])];
    axis.scale = scales[i];
    const double length = static_cast<double>(axis.in) *
                          (settings.place == Place::kCrop ? axis.end - axis.start : 1) * axis.scale;
    if (!(scales[i] > 0) || !(length >= 0 && length < 1e15))
      return Invalid("a scale out of range")
          .With("found", DoubleText(scales[i]))
          .With("wanted", "a positive number that gives a size");
    axis.out = static_cast<int64_t>(std::floor(length));
  }
  return Ok();
}

Status TakeSizes(const std::vector<int64_t>& sizes, const std::string& policy, Settings& settings,
                 const std::vector<int64_t>& axes) {
  if (sizes.size() != axes.size())
    return ShapeError("sizes of another number")
        .With("found", std::to_string(sizes.size()))
        .With("wanted", std::to_string(axes.size()));
  double common = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    Axis& axis = settings.axes[static_cast<size_t>(axes[i])];
    if (sizes[i] < 0 || (axis.in == 0 && sizes[i] != 0))
      return Invalid("a size out of range")
          .With("found", ShapeText(sizes))
          .With("wanted", "sizes that the input can have");
    axis.out = sizes[i];
    axis.scale = axis.in == 0 ? 1 : static_cast<double>(sizes[i]) / static_cast<double>(axis.in);
    common = i == 0                   ? axis.scale
             : policy == "not_larger" ? std::min(common, axis.scale)
                                      : std::max(common, axis.scale);
  }
  if (policy == "stretch") return Ok();
  if (policy != "not_larger" && policy != "not_smaller")
    return Invalid("a keep_aspect_ratio_policy that isn't known")
        .With("found", formats::Quoted(policy))
        .With("wanted", "stretch, not_larger or not_smaller");
  for (const int64_t at : axes) {
    Axis& axis = settings.axes[static_cast<size_t>(at)];
    axis.scale = common;
    const double length = std::floor(common * static_cast<double>(axis.in) + 0.5);
    if (!(length < 1e15))
      return Invalid("a size out of range").With("found", DoubleText(length)).With("wanted", "a size");
    axis.out = static_cast<int64_t>(length);
  }
  return Ok();
}

Settings Unchanged(const Array& x) {
  Settings settings;
  for (const int64_t size : x.dims()) settings.axes.push_back({size, size});
  return settings;
}

/// Versions before 11 of Resize, and Upsample: scales alone, x / scale, floor.
Outputs ByScales(const Call& call, const std::vector<double>& scales) {
  const Array& x = call[0];
  Settings settings = Unchanged(x);
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "nearest"));
  CONFORMANCE_TRY(
      settings.by,
      Named<By>(mode, {{"nearest", By::kNearest}, {"linear", By::kLinear}, {"bilinear", By::kLinear}},
                "mode"));
  CONFORMANCE_RETURN_IF_ERROR(TakeScales(scales, settings, Everything(x.rank())));
  return Resized(call, x, settings);
}

}  // namespace

namespace kernels {

/// Versions 10 and earlier of Resize, 9 of Upsample: `scales` is an input.
Outputs ResizeByScales(const Call& call) {
  CONFORMANCE_TRY(const std::vector<double> scales, NumbersOf(call, 1));
  return ByScales(call, scales);
}

/// Version 7 of Upsample: `scales` is an attribute.
Outputs UpsampleByAttribute(const Call& call) {
  CONFORMANCE_TRY(const std::vector<double> scales, call.Floats("scales"));
  return ByScales(call, scales);
}

/// x in other sizes, which `scales` or `sizes` say for all axes or for `axes`; elements between places are the
/// nearest, or interpolated along one axis after
/// the other. Integers are interpolated in f64 and cut. Errors: kShape, kInvalid for sizes, scales and names that are
/// none.
Outputs Resize(const Call& call) {
  const Array& x = call[0];
  Settings settings = Unchanged(x);
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "nearest"));
  CONFORMANCE_TRY(
      settings.by,
      Named<By>(mode, {{"nearest", By::kNearest}, {"linear", By::kLinear}, {"cubic", By::kCubic}}, "mode"));
  CONFORMANCE_TRY(const std::string place, call.String("coordinate_transformation_mode", "half_pixel"));
  CONFORMANCE_TRY(settings.place, Named<Place>(place,
                                               {{"half_pixel", Place::kHalfPixel},
                                                {"half_pixel_symmetric", Place::kHalfPixelSymmetric},
                                                {"pytorch_half_pixel", Place::kPytorchHalfPixel},
                                                {"align_corners", Place::kAlignCorners},
                                                {"asymmetric", Place::kAsymmetric},
                                                {"tf_half_pixel_for_nn", Place::kHalfPixelForNearest},
                                                {"tf_crop_and_resize", Place::kCrop}},
                                               "coordinate_transformation_mode"));
  CONFORMANCE_TRY(const std::string nearest, call.String("nearest_mode", "round_prefer_floor"));
  CONFORMANCE_TRY(settings.nearest, Named<Nearest>(nearest,
                                                   {{"round_prefer_floor", Nearest::kRoundDown},
                                                    {"round_prefer_ceil", Nearest::kRoundUp},
                                                    {"floor", Nearest::kFloor},
                                                    {"ceil", Nearest::kCeil}},
                                                   "nearest_mode"));
  CONFORMANCE_TRY(const int64_t antialias, call.Int("antialias", 0));
  CONFORMANCE_TRY(const int64_t exclude, call.Int("exclude_outside", 0));
  CONFORMANCE_TRY(settings.cubic, call.Float("cubic_coeff_a", -0.75));
  CONFORMANCE_TRY(settings.outside, call.Float("extrapolation_value", 0));
  settings.antialias = antialias != 0;
  settings.exclude_outside = exclude != 0;
  CONFORMANCE_TRY(std::vector<int64_t> axes, call.Ints("axes", Everything(x.rank())));
  CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  if (settings.place == Place::kCrop) {
    const Array* roi = call.Optional(1);
    if (roi == nullptr || roi->count() != static_cast<int64_t>(2 * axes.size()))
      return ShapeError("a region that doesn't fit the axes")
          .With("found", Describe(call.value(1)))
          .With("wanted", std::to_string(2 * axes.size()) + " numbers");
    CONFORMANCE_TRY(const std::vector<double> bounds, NumbersOf(*roi, "roi"));
    for (size_t i = 0; i < axes.size(); ++i) {
      settings.axes[static_cast<size_t>(axes[i])].start = bounds[i];
      settings.axes[static_cast<size_t>(axes[i])].end = bounds[axes.size() + i];
    }
    // Axes that stay are not cropped.
    for (Axis& axis : settings.axes) axis.scale = 1;
  }
  const bool has_scales = call.Has(2) && call[2].count() != 0,
             has_sizes = call.Has(3) && call[3].count() != 0;
  if (has_scales == has_sizes && !axes.empty())
    return Invalid("sizes that aren't said once")
        .With("found", has_scales ? "scales and sizes" : "neither scales nor sizes")
        .With("wanted", "one of them");
  if (has_scales) {
    CONFORMANCE_TRY(const std::vector<double> scales, NumbersOf(call, 2));
    CONFORMANCE_RETURN_IF_ERROR(TakeScales(scales, settings, axes));
  } else if (has_sizes) {
    CONFORMANCE_TRY(const std::vector<int64_t> sizes, ToInts(call[3], "sizes"));
    CONFORMANCE_TRY(const std::string policy, call.String("keep_aspect_ratio_policy", "stretch"));
    CONFORMANCE_RETURN_IF_ERROR(TakeSizes(sizes, policy, settings, axes));
  }
  return Resized(call, x, settings);
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
