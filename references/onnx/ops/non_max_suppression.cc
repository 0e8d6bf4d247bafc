#include <algorithm>
#include <numeric>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/numbers.h"

namespace conformance::onnx_reference::kernels {
namespace {

struct Box {
  double top = 0, left = 0, bottom = 0, right = 0;

  double Area() const { return (bottom - top) * (right - left); }
};

Box BoxOf(const double* numbers, bool by_centre) {
  if (by_centre)
    return {numbers[1] - numbers[3] / 2, numbers[0] - numbers[2] / 2, numbers[1] + numbers[3] / 2,
            numbers[0] + numbers[2] / 2};
  // Any two opposite corners.
  return {std::min(numbers[0], numbers[2]), std::min(numbers[1], numbers[3]),
          std::max(numbers[0], numbers[2]), std::max(numbers[1], numbers[3])};
}

/// The share of two boxes' union that both cover.
double Overlap(const Box& a, const Box& b) {
  const double high = std::min(a.bottom, b.bottom) - std::max(a.top, b.top),
               wide = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (!(high > 0 && wide > 0)) return 0;
  const double both = high * wide;
  return both / (a.Area() + b.Area() - both);
}

/// An optional number; `otherwise` where it is missing.
Result<double> NumberOr(const Call& call, size_t index, double otherwise) {
  const Array* given = call.Optional(index);
  return given == nullptr ? Result<double>(otherwise) : ToNumber(*given, "input " + std::to_string(index));
}

}  // namespace

/// boxes [batch, n, 4] and scores [batch, classes, n] -> [selected, 3] of batch, class and box: in each class the
/// boxes by falling score, without those
/// that overlap a better one by more than iou_threshold, or score no more than score_threshold. Errors: kShape,
/// kInvalid.
Outputs NonMaxSuppression(const Call& call) {
  const Array &boxes = call[0], &scores = call[1];
  CONFORMANCE_TRY(const int64_t by_centre, call.Int("center_point_box", 0));
  CONFORMANCE_TRY(const double given, NumberOr(call, 2, 0));
  const double most = std::max(0.0, given);  // also where it is NaN
  CONFORMANCE_TRY(const double iou_threshold, NumberOr(call, 3, 0));
  CONFORMANCE_TRY(const double score_threshold, NumberOr(call, 4, -std::numeric_limits<double>::infinity()));
  if (boxes.rank() != 3 || scores.rank() != 3 || boxes.dim(0) != scores.dim(0) || boxes.dim(2) != 4 ||
      boxes.dim(1) != scores.dim(2)) {
    return ShapeError("boxes that don't fit the scores")
        .With("found", Describe(boxes) + " and " + Describe(scores))
        .With("wanted", "[batch, n, 4] and [batch, classes, n]");
  }
  if (!(iou_threshold >= 0 && iou_threshold <= 1))
    return Invalid("an iou_threshold out of range")
        .With("found", DoubleText(iou_threshold))
        .With("wanted", "[0, 1]");
  const int64_t batch = scores.dim(0), classes = scores.dim(1), count = scores.dim(2);
  CONFORMANCE_RETURN_IF_ERROR(call.Spend(
      {batch, classes, count,
       static_cast<int64_t>(std::clamp(most, 1.0, static_cast<double>(std::max<int64_t>(count, 1))))}));
  const std::vector<double> corners = ToNumbers(boxes), points = ToNumbers(scores);
  std::vector<int64_t> selected;
  std::vector<int64_t> order;
  std::vector<Box> kept;
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t c = 0; c < classes; ++c) {
      const double* score = points.data() + (b * classes + c) * count;
      order.clear();
      for (int64_t i = 0; i < count; ++i) {
        if (score[i] > score_threshold) order.push_back(i);
      }
      std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) { return score[i] > score[j]; });
      kept.clear();
      for (const int64_t i : order) {
        if (!(static_cast<double>(kept.size()) < most)) break;
        const Box box = BoxOf(corners.data() + (b * count + i) * 4, by_centre != 0);
        if (std::any_of(kept.begin(), kept.end(),
                        [&](const Box& better) { return Overlap(better, box) > iou_threshold; }))
          continue;
        kept.push_back(box);
        selected.insert(selected.end(), {b, c, i});
      }
    }
  }
  return Array::Of<int64_t>({static_cast<int64_t>(selected.size() / 3), 3}, selected);
}

}  // namespace conformance::onnx_reference::kernels
