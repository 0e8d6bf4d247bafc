#include "framework/compare/budget_comparator.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

#include "framework/base/strings.h"

namespace conformance::compare {
namespace {

using ports::Comparison;
using ports::ComparisonRequest;
using record::OutputFigures;

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string Place(int64_t index, const Shape& shape) {
  Shape place(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return ShapeText(place);
}

struct Format {
  int precision;     // bits of significand, the implicit one included
  int min_exponent;  // of normal numbers
};
Format FormatOf(DType dtype) {
  switch (dtype) {
    case DType::kF32: return {24, -126};
    case DType::kF16: return {11, -14};
    case DType::kBF16: return {8, -126};
    default: return {53, -1022};
  }
}

// Which elements count: null for all.
Result<std::vector<uint8_t>> MaskOf(const ComparisonRequest& request, const std::string& name, const Shape& shape) {
  const Tensor* mask = Find(request.mask, name);
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

struct Judged {
  OutputFigures figures;
  int64_t compared = 0;
};

void Fail(OutputFigures& figures, std::string reason) {
  if (figures.outcome == "fail") return;  // the first reason is the cause
  figures.outcome = "fail";
  figures.reason = std::move(reason);
}

void CompareExact(const Tensor& y, const Tensor& reference, const std::vector<uint8_t>& mask, Judged& judged) {
  const std::vector<int64_t> got = y.ToInts();
  const std::vector<int64_t> want = reference.ToInts();
  int64_t wrong = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    if (!mask.empty() && mask[i] == 0) continue;
    ++judged.compared;
    if (got[i] == want[i]) continue;
    const double difference = std::fabs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
    if (wrong++ == 0) judged.figures.worst_index = static_cast<int64_t>(i);
    if (difference > judged.figures.max_abs) {
      judged.figures.max_abs = difference;
      judged.figures.worst_index = static_cast<int64_t>(i);
    }
  }
  judged.figures.close_mismatched = wrong;
  if (wrong == 0) return;
  const auto worst = static_cast<size_t>(judged.figures.worst_index);
  Fail(judged.figures, std::to_string(wrong) + " of " + std::to_string(judged.compared) + " " +
                           std::string(ToString(reference.dtype())) + " values differ; at " +
                           Place(judged.figures.worst_index, reference.shape()) + " found " + std::to_string(got[worst]) +
                           ", wanted " + std::to_string(want[worst]));
}

const char* KindOf(double value) { return std::isnan(value) ? "NaN" : value > 0 ? "+inf" : "-inf"; }

void CompareFloating(const ComparisonRequest& request, const BudgetFactors& factors, const Tensor& y, const Tensor& reference,
                     const Tensor* oracle, const std::vector<uint8_t>& mask, Judged& judged) {
  OutputFigures& figures = judged.figures;
  const std::vector<double> got = y.ToDoubles();
  const std::vector<double> ref = reference.ToDoubles();
  const std::vector<double> exact = oracle != nullptr ? oracle->ToDoubles() : std::vector<double>();
  const ports::PlainTolerance close = AssertCloseDefaults(reference.dtype());
  const std::optional<ports::PlainTolerance> plain =
      request.tolerance || oracle != nullptr ? request.tolerance : std::optional(close);
  figures.close_rtol = close.rtol;
  figures.close_atol = close.atol;

  double square = 0, reference_square = 0, dot = 0, norm_y = 0, norm_t = 0;
  int64_t finite = 0, plain_wrong = 0, plain_worst = -1;
  double plain_excess = 0;
  for (size_t i = 0; i < ref.size(); ++i) {
    if (!mask.empty() && mask[i] == 0) continue;
    ++judged.compared;
    const double value = got[i];
    if (!std::isfinite(ref[i]) || !std::isfinite(value)) {
      const bool same = (std::isnan(ref[i]) && std::isnan(value)) || ref[i] == value;
      if (!same) {
        ++figures.close_mismatched;
        if (figures.worst_index < 0 || figures.outcome != "fail") figures.worst_index = static_cast<int64_t>(i);
        Fail(figures, "at " + Place(static_cast<int64_t>(i), reference.shape()) + " found " +
                          (std::isfinite(value) ? Number(value) : KindOf(value)) + ", wanted " +
                          (std::isfinite(ref[i]) ? Number(ref[i]) : KindOf(ref[i])));
      }
      continue;
    }
    // Where the oracle alone overflows or not, f32's finite answer is the only one to hold the candidate against.
    const double truth = !exact.empty() && std::isfinite(exact[i]) ? exact[i] : ref[i];
    const double error = std::fabs(value - truth);
    const double reference_error = std::fabs(ref[i] - truth);
    ++finite;
    square += error * error;
    reference_square += reference_error * reference_error;
    dot += value * truth;
    norm_y += value * value;
    norm_t += truth * truth;
    figures.reference_max_abs = std::max(figures.reference_max_abs, reference_error);
    if (truth != 0) figures.max_rel = std::max(figures.max_rel, error / std::fabs(truth));
    figures.max_ulp = std::max(figures.max_ulp, UlpDistance(value, ref[i], reference.dtype()));
    if (error > figures.max_abs) {
      figures.max_abs = error;
      if (figures.outcome != "fail") figures.worst_index = static_cast<int64_t>(i);
    }
    const double difference = std::fabs(value - ref[i]);
    if (difference > close.atol + close.rtol * std::fabs(ref[i])) ++figures.close_mismatched;
    if (plain) {
      const double excess = difference - (plain->atol + plain->rtol * std::fabs(ref[i]));
      if (excess > 0) {
        ++plain_wrong;
        if (excess > plain_excess) {
          plain_excess = excess;
          plain_worst = static_cast<int64_t>(i);
        }
      }
    }
  }
  if (finite > 0) {
    figures.rms = std::sqrt(square / static_cast<double>(finite));
    figures.reference_rms = std::sqrt(reference_square / static_cast<double>(finite));
    figures.cosine = norm_y == 0 || norm_t == 0 ? (norm_y == norm_t ? 1 : 0) : dot / std::sqrt(norm_y) / std::sqrt(norm_t);
  }

  if (plain) {
    figures.budget_max_abs = plain->atol;
    figures.budget_rms = 0;
    if (plain_wrong == 0) return;
    const auto worst = static_cast<size_t>(plain_worst);
    if (figures.outcome != "fail") figures.worst_index = plain_worst;
    Fail(figures, std::to_string(plain_wrong) + " of " + std::to_string(judged.compared) + " values are outside atol " +
                      Number(plain->atol) + " + rtol " + Number(plain->rtol) + "; worst at " +
                      Place(plain_worst, reference.shape()) + ": found " + DoubleText(got[worst]) + ", wanted " +
                      DoubleText(ref[worst]));
    return;
  }
  figures.budget_max_abs = std::max(factors.max_factor * figures.reference_max_abs, factors.floor);
  figures.budget_rms = std::max(factors.rms_factor * figures.reference_rms, factors.floor);
  if (figures.max_abs > figures.budget_max_abs) {
    Fail(figures, "largest error " + Number(figures.max_abs) + " at " + Place(figures.worst_index, reference.shape()) +
                      " is over its budget " + Number(figures.budget_max_abs) + " (f32 reference: " +
                      Number(figures.reference_max_abs) + ")");
  } else if (figures.rms > figures.budget_rms) {
    Fail(figures, "RMS error " + Number(figures.rms) + " is over its budget " + Number(figures.budget_rms) +
                      " (f32 reference: " + Number(figures.reference_rms) + ")");
  }
}

std::string NamesText(const std::vector<std::string>& names) { return Join(names, ", "); }

// The first difference of names, or empty.
std::string NameDifference(const NamedTensors& candidate, const NamedTensors& reference) {
  std::vector<std::string> missing, unexpected;
  std::set<std::string, std::less<>> seen;
  for (const auto& [name, tensor] : candidate) {
    if (!seen.insert(name).second) return "output \"" + name + "\" appears twice";
    if (Find(reference, name) == nullptr) unexpected.push_back(name);
  }
  for (const auto& [name, tensor] : reference) {
    if (!seen.contains(name)) missing.push_back(name);
  }
  std::string text;
  if (!missing.empty()) text += "missing outputs: " + NamesText(missing);
  if (!unexpected.empty()) text += (text.empty() ? "" : "; ") + ("unexpected outputs: " + NamesText(unexpected));
  if (!text.empty()) return text;
  for (size_t i = 0; i < reference.size(); ++i) {
    if (candidate[i].first != reference[i].first) {
      return "output " + std::to_string(i) + " is \"" + candidate[i].first + "\", wanted \"" + reference[i].first + "\"";
    }
  }
  return {};
}

}  // namespace

ports::PlainTolerance AssertCloseDefaults(DType dtype) {
  switch (dtype) {
    case DType::kF64: return {.atol = 1e-7, .rtol = 1e-7};
    case DType::kF32: return {.atol = 1e-5, .rtol = 1.3e-6};
    case DType::kF16: return {.atol = 1e-5, .rtol = 1e-3};
    case DType::kBF16: return {.atol = 1e-5, .rtol = 1.6e-2};
    default: return {};
  }
}

double UlpDistance(double y, double reference, DType dtype) {
  if (y == reference || (std::isnan(y) && std::isnan(reference))) return 0;
  if (!std::isfinite(y) || !std::isfinite(reference)) return std::numeric_limits<double>::infinity();
  const Format format = FormatOf(dtype);
  const int exponent = reference == 0 ? format.min_exponent : std::max(std::ilogb(reference), format.min_exponent);
  return std::ldexp(std::fabs(y - reference), format.precision - 1 - exponent);
}

Result<Comparison> BudgetComparator::Compare(const ComparisonRequest& request) const {
  if (request.candidate == nullptr || request.reference == nullptr) return Internal("a comparison needs candidate and reference");
  Comparison comparison;
  if (std::string names = NameDifference(*request.candidate, *request.reference); !names.empty()) {
    comparison.reason = std::move(names);
    return comparison;
  }
  int64_t compared = 0;
  for (size_t i = 0; i < request.reference->size(); ++i) {
    const auto& [name, reference] = (*request.reference)[i];
    const Tensor& y = (*request.candidate)[i].second;
    const Tensor* oracle = request.oracle != nullptr ? conformance::Find(*request.oracle, name) : nullptr;
    Judged judged;
    OutputFigures& figures = judged.figures;
    figures.output = name;
    figures.dtype = std::string(ToString(y.dtype()));
    figures.shape = y.shape();
    figures.assignment = request.assignment;
    figures.elements = y.num_elements();
    figures.outcome = "pass";
    if (y.shape() != reference.shape()) {
      Fail(figures, "shape " + ShapeText(y.shape()) + ", wanted " + ShapeText(reference.shape()));
    } else if (y.dtype() != reference.dtype()) {
      Fail(figures, "dtype " + std::string(ToString(y.dtype())) + ", wanted " + std::string(ToString(reference.dtype())));
    } else if (request.oracle != nullptr && (oracle == nullptr || oracle->shape() != reference.shape())) {
      return Internal("the oracle's outputs are not the reference's").With("output", name);
    } else {
      CONFORMANCE_TRY(const auto mask, MaskOf(request, name, y.shape()));
      if (IsFloating(y.dtype())) {
        CompareFloating(request, factors_, y, reference, oracle, mask, judged);
      } else {
        CompareExact(y, reference, mask, judged);
      }
    }
    compared += judged.compared;
    if (figures.outcome == "fail" && comparison.reason.empty()) comparison.reason = name + ": " + figures.reason;
    comparison.figures.push_back(std::move(figures));
  }
  if (comparison.reason.empty() && compared == 0) comparison.reason = "nothing was compared";
  comparison.outcome = comparison.reason.empty() ? record::Outcome::kPass : record::Outcome::kFail;
  return comparison;
}

}  // namespace conformance::compare
