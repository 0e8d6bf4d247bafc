#include "framework/compare/elements.h"

#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

Result<std::vector<uint8_t>> MaskOf(const NamedTensors& masks, const std::string& name, const Shape& shape) {
  const Tensor* mask = Find(masks, name);
  if (mask == nullptr) return std::vector<uint8_t>();
  const int64_t count = NumElements(shape);
  const auto rank = static_cast<int64_t>(shape.size());
  if (mask->rank() > rank) {
    return ShapeError("mask has more axes than its output").With("output", name).With("found", ShapeText(mask->shape()));
  }
  Shape strides(shape.size(), 0);
  for (int64_t axis = 0; axis < mask->rank(); ++axis) {
    const int64_t at = rank - mask->rank() + axis;
    const int64_t size = mask->dim(axis);
    if (size != 1 && size != shape[static_cast<size_t>(at)]) {
      return ShapeError("mask does not broadcast to its output")
          .With("output", name)
          .With("found", ShapeText(mask->shape()))
          .With("wanted", ShapeText(shape));
    }
    if (size != 1) strides[static_cast<size_t>(at)] = mask->strides()[static_cast<size_t>(axis)];
  }
  const Tensor spread = mask->View(shape, strides, mask->offset()).Clone();
  const auto* bytes = spread.data<uint8_t>();
  return std::vector<uint8_t>(bytes, bytes + count);
}

}  // namespace

double Elements::Truth(size_t i) const {
  // Where the oracle alone overflows or not, the declared type's finite answer is the only one to hold the candidate against.
  return !exact.empty() && std::isfinite(exact[i]) ? exact[i] : wanted[i];
}

double Elements::Size(const std::vector<double>& values, size_t i) const {
  return pairs ? std::hypot(values[i & ~size_t{1}], values[i | 1]) : std::fabs(values[i]);
}

int64_t Elements::Counted() const {
  if (mask.empty()) return y->num_elements();
  return std::count_if(mask.begin(), mask.end(), [](uint8_t keep) { return keep != 0; });
}

Result<Elements> ReadElements(const ports::ComparisonRequest& request, const std::string& output, const Tensor& y, const Tensor& reference,
                              const Tensor* oracle, bool pairs) {
  Elements elements;
  elements.pairs = pairs;
  elements.y = &y;
  elements.reference = &reference;
  elements.oracle = oracle;
  Shape shape = y.shape();
  if (pairs) shape.pop_back();
  CONFORMANCE_TRY(elements.mask, MaskOf(request.mask, output, shape));
  if (pairs && !elements.mask.empty()) {  // both parts count, or none
    std::vector<uint8_t> each(2 * elements.mask.size());
    for (size_t i = 0; i < each.size(); ++i) each[i] = elements.mask[i / 2];
    elements.mask = std::move(each);
  }
  if (!IsFloating(y.dtype())) return elements;
  elements.got = y.ToDoubles();
  elements.wanted = reference.ToDoubles();
  if (oracle != nullptr) elements.exact = oracle->ToDoubles();
  return elements;
}

void Fail(record::OutputFigures& figures, std::string reason) {
  if (figures.outcome == "fail") return;
  figures.outcome = "fail";
  figures.reason = std::move(reason);
}

void Measure(const Elements& elements, record::OutputFigures& figures) {
  const DType dtype = elements.reference->dtype();
  const std::vector<double>& truths = elements.exact.empty() ? elements.wanted : elements.exact;
  const ports::PlainTolerance close = AssertCloseDefaults(dtype);
  figures.close_rtol = close.rtol;
  figures.close_atol = close.atol;
  double square = 0, reference_square = 0, dot = 0, norm_y = 0, norm_t = 0;
  int64_t finite = 0;
  for (size_t i = 0; i < elements.got.size(); ++i) {
    if (!elements.Counts(i)) continue;
    const double value = elements.got[i], wanted = elements.wanted[i];
    if (!std::isfinite(wanted) || !std::isfinite(value)) {
      const bool same = (std::isnan(wanted) && std::isnan(value)) || wanted == value;
      figures.close_mismatched += same ? 0 : 1;
      continue;
    }
    const double truth = elements.Truth(i);
    const double error = std::fabs(value - truth), reference_error = std::fabs(wanted - truth);
    ++finite;
    square += error * error;
    reference_square += reference_error * reference_error;
    dot += value * truth;
    norm_y += value * value;
    norm_t += truth * truth;
    figures.reference_max_abs = std::max(figures.reference_max_abs, reference_error);
    const double size = elements.pairs && elements.Size(truths, i) > 0 ? elements.Size(truths, i) : std::fabs(truth);
    if (size != 0) figures.max_rel = std::max(figures.max_rel, error / size);
    if (value != wanted) {
      const double ulps = elements.pairs ? std::fabs(value - wanted) / UlpAt(elements.Size(elements.wanted, i), dtype) : UlpDistance(value, wanted, dtype);
      figures.max_ulp = std::max(figures.max_ulp, ulps);
    }
    if (value == 0 && wanted == 0 && std::signbit(value) != std::signbit(wanted)) ++figures.zero_signs;
    if (error > figures.max_abs) {
      figures.max_abs = error;
      figures.worst_index = static_cast<int64_t>(i);
    }
    if (std::fabs(value - wanted) > close.atol + close.rtol * elements.Size(elements.wanted, i)) ++figures.close_mismatched;
  }
  if (finite == 0) return;
  figures.rms = std::sqrt(square / static_cast<double>(finite));
  figures.reference_rms = std::sqrt(reference_square / static_cast<double>(finite));
  figures.cosine = norm_y == 0 || norm_t == 0 ? (norm_y == norm_t ? 1 : 0) : dot / std::sqrt(norm_y) / std::sqrt(norm_t);
}

}  // namespace conformance::compare
