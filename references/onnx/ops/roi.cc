#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// The four neighbours of a place in an image, and what each counts; all 0 where the place is outside.
struct Corners {
  std::array<int64_t, 4> at{};
  std::array<double, 4> weight{};
};

Corners CornersOf(double y, double x, int64_t height, int64_t width) {
  Corners corners;
  if (!(y >= -1 && y <= static_cast<double>(height) && x >= -1 && x <= static_cast<double>(width)))
    return corners;
  y = std::max(y, 0.0), x = std::max(x, 0.0);
  auto top = static_cast<int64_t>(y), left = static_cast<int64_t>(x);
  int64_t bottom = top + 1, right = left + 1;
  if (top >= height - 1) bottom = top = height - 1, y = static_cast<double>(top);
  if (left >= width - 1) right = left = width - 1, x = static_cast<double>(left);
  const double down = y - static_cast<double>(top), across = x - static_cast<double>(left);
  corners.at = {top * width + left, top * width + right, bottom * width + left, bottom * width + right};
  corners.weight = {(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across};
  return corners;
}

struct Pooled {
  int64_t height = 1, width = 1;
};

Status CheckPooled(const Pooled& pooled) {
  if (pooled.height >= 0 && pooled.width >= 0) return Ok();
  return Invalid("an output size out of range")
      .With("found", ShapeText(Shape{pooled.height, pooled.width}))
      .With("wanted", "0 or more");
}

}  // namespace

/// X [n, c, h, w], rois [r, 4] as x1, y1, x2, y2, batch_indices [r] -> [r, c, output_height, output_width]: each bin
/// the mean of its samples, interpolated
/// between pixels, or the largest of the samples' weighted neighbours. Errors: kShape; kInvalid for indices and
/// attributes out of range.
Outputs RoiAlign(const Call& call) {
  const Array &x = call[0], &rois = call[1];
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "avg"));
  CONFORMANCE_TRY(
      const std::string place,
      call.String("coordinate_transformation_mode", call.opset() < 16 ? "output_half_pixel" : "half_pixel"));
  Pooled pooled;
  CONFORMANCE_TRY(pooled.height, call.Int("output_height", 1));
  CONFORMANCE_TRY(pooled.width, call.Int("output_width", 1));
  CONFORMANCE_TRY(const int64_t ratio, call.Int("sampling_ratio", 0));
  CONFORMANCE_TRY(const double scale, call.Float("spatial_scale", 1));
  CONFORMANCE_RETURN_IF_ERROR(CheckPooled(pooled));
  if (mode != "avg" && mode != "max")
    return Invalid("a mode that isn't known")
        .With("found", formats::Quoted(mode))
        .With("wanted", "avg or max");
  if (place != "half_pixel" && place != "output_half_pixel")
    return Invalid("a coordinate_transformation_mode that isn't known")
        .With("found", formats::Quoted(place))
        .With("wanted", "half_pixel or output_half_pixel");
  if (x.rank() != 4 || rois.rank() != 2 || rois.dim(1) != 4 || call[2].dims() != Shape{rois.dim(0)}) {
    return ShapeError("regions that don't fit the input")
        .With("found", Describe(rois) + " and " + Describe(call[2]) + " for " + Describe(x))
        .With("wanted", "[r, 4] and [r] for [n, c, h, w]");
  }
  CONFORMANCE_TRY(const std::vector<int64_t> batches, ToInts(call[2], "batch_indices"));
  for (const int64_t batch : batches) {
    if (batch < 0 || batch >= x.dim(0))
      return Invalid("an index out of range")
          .With("found", std::to_string(batch))
          .With("wanted", "below " + std::to_string(x.dim(0)));
  }
  const std::vector<double> bounds = ToNumbers(rois);
  const int64_t channels = x.dim(1), height = x.dim(2), width = x.dim(3);
  CONFORMANCE_TRY(Array y,
                  call.New(x.elem(), x.store(), {rois.dim(0), channels, pooled.height, pooled.width}));
  if (y.count() == 0) return y;
  if (height == 0 || width == 0)
    return ShapeError("nothing to pool").With("found", Describe(x)).With("wanted", "an image");
  const double shift = place == "half_pixel" ? 0.5 : 0;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) -> Status {
    std::vector<Corners> samples;
    for (int64_t r = 0; r < rois.dim(0); ++r) {
      const double* roi = bounds.data() + 4 * r;
      // In the input's type: how many samples a bin has is decided by its rounding.
      const auto at = [&](int k) {
        return static_cast<T>(roi[k]) * static_cast<T>(scale) - static_cast<T>(shift);
      };
      const T left = at(0), top = at(1);
      T wide = at(2) - left, high = at(3) - top;
      if (shift == 0) wide = std::max(wide, T(1)), high = std::max(high, T(1));
      const T bin_high = high / static_cast<T>(pooled.height), bin_wide = wide / static_cast<T>(pooled.width);
      const double rows = ratio > 0 ? static_cast<double>(ratio) : std::ceil(bin_high);
      const double columns = ratio > 0 ? static_cast<double>(ratio) : std::ceil(bin_wide);
      constexpr double kMostSamples = 1 << 24;
      if (!(rows * columns <= kMostSamples))
        return Invalid("too many samples for a bin")
            .With("found", DoubleText(rows * columns))
            .With("wanted", "at most " + DoubleText(kMostSamples));
      CONFORMANCE_RETURN_IF_ERROR(
          call.Spend({channels, pooled.height, pooled.width, static_cast<int64_t>(rows * columns)}));
      for (int64_t bin = 0; bin < pooled.height * pooled.width; ++bin) {
        samples.clear();
        for (double i = 0; i < rows; ++i) {
          const double at_y =
              top + static_cast<double>(bin / pooled.width) * bin_high + (i + 0.5) * bin_high / rows;
          for (double j = 0; j < columns; ++j)
            samples.push_back(CornersOf(
                at_y,
                left + static_cast<double>(bin % pooled.width) * bin_wide + (j + 0.5) * bin_wide / columns,
                height, width));
        }
        for (int64_t c = 0; c < channels; ++c) {
          const T* image = x.data<T>() + (batches[static_cast<size_t>(r)] * channels + c) * height * width;
          double sum = 0, largest = -std::numeric_limits<double>::infinity();
          for (const Corners& sample : samples) {
            for (size_t k = 0; k < 4; ++k) {
              const double part = sample.weight[k] * static_cast<double>(image[sample.at[k]]);
              sum += part;
              largest = std::max(largest, part);
            }
          }
          const double value = samples.empty() ? 0
                               : mode == "max" ? largest
                                               : sum / static_cast<double>(samples.size());
          y.mutable_data<T>()[(r * channels + c) * pooled.height * pooled.width + bin] =
              static_cast<T>(value);
        }
      }
    }
    return Ok();
  }));
  return y;
}

/// X [n, c, h, w], rois [r, 5] as batch, x1, y1, x2, y2 -> [r, c, pooled_shape]: the largest element of each bin, 0
/// for an empty one. Errors: kShape; kInvalid.
Outputs MaxRoiPool(const Call& call) {
  const Array &x = call[0], &rois = call[1];
  CONFORMANCE_TRY(const std::vector<int64_t> shape, call.Ints("pooled_shape"));
  CONFORMANCE_TRY(const double scale, call.Float("spatial_scale", 1));
  if (shape.size() != 2)
    return Invalid("a pooled_shape of another rank")
        .With("found", ShapeText(shape))
        .With("wanted", "two sizes");
  const Pooled pooled{shape[0], shape[1]};
  CONFORMANCE_RETURN_IF_ERROR(CheckPooled(pooled));
  if (x.rank() != 4 || rois.rank() != 2 || rois.dim(1) != 5)
    return ShapeError("regions that don't fit the input")
        .With("found", Describe(rois) + " for " + Describe(x))
        .With("wanted", "[r, 5] for [n, c, h, w]");
  const std::vector<double> bounds = ToNumbers(rois);
  const int64_t channels = x.dim(1), height = x.dim(2), width = x.dim(3);
  CONFORMANCE_TRY(Array y,
                  call.New(x.elem(), x.store(), {rois.dim(0), channels, pooled.height, pooled.width}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) -> Status {
    T* to = y.mutable_data<T>();
    for (int64_t r = 0; r < rois.dim(0); ++r) {
      const double* roi = bounds.data() + 5 * r;
      if (!(roi[0] >= 0 && roi[0] < static_cast<double>(x.dim(0))))
        return Invalid("an index out of range")
            .With("found", DoubleText(roi[0]))
            .With("wanted", "below " + std::to_string(x.dim(0)));
      // Half is rounded away from 0, and a region has a pixel at least.
      const auto at = [&](int k) {
        const T place = static_cast<T>(roi[k]) * static_cast<T>(scale);
        return std::clamp(std::round(static_cast<double>(place)), -1e9, 1e9);
      };
      const double left = at(1), top = at(2), wide = std::max(at(3) - left + 1, 1.0),
                   high = std::max(at(4) - top + 1, 1.0);
      const double bin = std::min((high / static_cast<double>(std::max<int64_t>(pooled.height, 1)) + 2) *
                                      (wide / static_cast<double>(std::max<int64_t>(pooled.width, 1)) + 2),
                                  static_cast<double>(height * width));
      CONFORMANCE_RETURN_IF_ERROR(
          call.Spend({channels, pooled.height, pooled.width, static_cast<int64_t>(bin)}));
      const auto edge = [](double start, double length, int64_t bin, int64_t bins, bool end, int64_t size) {
        const double each = length / static_cast<double>(bins);
        const double place = end ? std::ceil(static_cast<double>(bin + 1) * each)
                                 : std::floor(static_cast<double>(bin) * each);
        return static_cast<int64_t>(std::clamp(start + place, 0.0, static_cast<double>(size)));
      };
      for (int64_t c = 0; c < channels; ++c) {
        const T* image = x.data<T>() + (static_cast<int64_t>(roi[0]) * channels + c) * height * width;
        for (int64_t i = 0; i < pooled.height; ++i) {
          const int64_t first_row = edge(top, high, i, pooled.height, false, height),
                        last_row = edge(top, high, i, pooled.height, true, height);
          for (int64_t j = 0; j < pooled.width; ++j) {
            const int64_t first = edge(left, wide, j, pooled.width, false, width),
                          last = edge(left, wide, j, pooled.width, true, width);
            T largest = first < last && first_row < last_row ? -std::numeric_limits<T>::infinity() : T(0);
            for (int64_t row = first_row; row < last_row; ++row) {
              for (int64_t column = first; column < last; ++column)
                largest = std::max(largest, image[row * width + column]);
            }
            *to++ = largest;
          }
        }
      }
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
