#include "framework/compare/plain_lane.h"

#include <cmath>
#include <limits>

#include "framework/base/strings.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {

Outside CountOutside(const double* y, const double* reference, const uint8_t* mask, int64_t n, const ports::PlainTolerance& tolerance,
                     const double* sizes) {
  Outside outside;
  double largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (mask != nullptr && mask[i] == 0) continue;
    const double difference = std::fabs(y[i] - reference[i]);
    const double allowed = tolerance.atol + tolerance.rtol * (sizes != nullptr ? sizes[i] : std::fabs(reference[i]));
    // inf − inf is NaN, and an infinite reference would allow anything.
    if (difference <= allowed && (sizes != nullptr ? sizes[i] : std::fabs(reference[i])) <= std::numeric_limits<double>::max()) continue;
    if (y[i] == reference[i] || (y[i] != y[i] && reference[i] != reference[i])) continue;
    double excess = difference - allowed;
    if (!(excess < std::numeric_limits<double>::infinity())) excess = std::numeric_limits<double>::infinity();  // NaN too
    ++outside.count;
    if (excess > largest || outside.worst < 0) {
      largest = excess;
      outside.worst = i;
    }
  }
  return outside;
}

std::vector<double> SizesOf(const Elements& elements, const std::vector<double>& values) {
  std::vector<double> sizes(elements.pairs ? values.size() : 0);
  for (size_t i = 0; i < sizes.size(); ++i) sizes[i] = elements.Size(values, i);
  return sizes;
}

void JudgePlainly(const Elements& elements, const ports::PlainTolerance& tolerance, record::OutputFigures& figures) {
  figures.lane = "plain";
  figures.budget_max_abs = tolerance.atol;
  figures.budget_rms = 0;
  const auto n = static_cast<int64_t>(elements.got.size());
  const std::vector<double> sizes = SizesOf(elements, elements.wanted);
  const Outside outside = CountOutside(elements.got.data(), elements.wanted.data(), elements.mask.empty() ? nullptr : elements.mask.data(), n,
                                       tolerance, sizes.empty() ? nullptr : sizes.data());
  if (outside.count == 0) return;
  const auto worst = static_cast<size_t>(outside.worst);
  if (figures.outcome != "fail") figures.worst_index = outside.worst;
  Fail(figures, std::to_string(outside.count) + " of " + std::to_string(elements.Counted()) + " values are outside atol " +
                    FigureText(tolerance.atol) + " + rtol " + FigureText(tolerance.rtol) + "; worst at " +
                    PlaceText(outside.worst, elements.reference->shape()) + ": found " + DoubleText(elements.got[worst]) + ", wanted " +
                    DoubleText(elements.wanted[worst]));
}

}  // namespace conformance::compare
