#include "references/onnx/ops/ml_scores.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "framework/formats/file.h"
#include "references/onnx/ops/cast.h"

namespace conformance::onnx_reference::ml {

Result<Features> FeaturesOf(const Call& call) {
  const Array& x = call[0];
  if (x.rank() < 1 || x.rank() > 2)
    return ShapeError("features of another rank").With("found", Describe(x)).With("wanted", "[n, f] or [f]");
  return Features{x.rank() == 1 ? 1 : x.dim(0), x.dim(-1), ToNumbers(x)};
}

Result<PostTransform> PostTransformOf(const Call& call) {
  CONFORMANCE_TRY(const std::string name, call.String("post_transform", "NONE"));
  if (name == "NONE") return PostTransform::kNone;
  if (name == "SOFTMAX") return PostTransform::kSoftmax;
  if (name == "LOGISTIC") return PostTransform::kLogistic;
  if (name == "SOFTMAX_ZERO") return PostTransform::kSoftmaxZero;
  if (name == "PROBIT") return PostTransform::kProbit;
  return Invalid("a post_transform that isn't known")
      .With("found", formats::Quoted(name))
      .With("wanted", "NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT");
}

namespace {

/// The quantile of the standard normal distribution: Newton's steps on erfc from Winitzki's approximation of its
/// inverse ("A handy approximation for the
/// error function and its inverse", 2008).
double Probit(double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
  constexpr double kA = 0.147;
  const double y = 2 * p - 1, log = std::log1p(-y * y), half = 2 / (std::numbers::pi * kA) + log / 2;
  double x = std::copysign(std::sqrt(std::sqrt(half * half - log / kA) - half), y) * std::numbers::sqrt2;
  for (int i = 0; i < 4; ++i) {
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    if (density == 0) break;
    x -= (0.5 * std::erfc(-x / std::numbers::sqrt2) - p) / density;
  }
  return x;
}

}  // namespace

void Apply(PostTransform transform, double* scores, int64_t count) {
  double* end = scores + count;
  switch (transform) {
    case PostTransform::kNone: return;
    case PostTransform::kLogistic:
      std::transform(scores, end, scores, [](double v) { return 1 / (1 + std::exp(-v)); });
      return;
    case PostTransform::kProbit: std::transform(scores, end, scores, Probit); return;
    case PostTransform::kSoftmax:
    case PostTransform::kSoftmaxZero: {
      if (count == 0) return;
      const double largest = *std::max_element(scores, end);
      // What is 0 stays 0 but for the common factor.
      const bool keeps_zero = transform == PostTransform::kSoftmaxZero;
      double sum = 0;
      for (double* v = scores; v < end; ++v)
        sum += * v = keeps_zero && std::fabs(*v) <= 1e-7 ? *v * std::exp(-largest) : std::exp(*v - largest);
      std::transform(scores, end, scores, [&](double v) { return sum == 0 ? 0.5 : v / sum; });
      return;
    }
  }
}

Result<Labels> LabelsOf(const Call& call, const char* numbers, const char* names) {
  Labels labels;
  CONFORMANCE_TRY(labels.numbers, call.Ints(numbers, std::vector<int64_t>()));
  CONFORMANCE_TRY(labels.names, call.Strings(names, std::vector<std::string>()));
  labels.texts = !labels.names.empty();
  if (labels.numbers.empty() != labels.names.empty()) return labels;
  return Invalid("classes that aren't named once")
      .With("found", labels.texts ? "two attributes" : "no attribute")
      .With("wanted", std::string(numbers) + " or " + names);
}

Result<Array> LabelArray(const Call& call, const Labels& labels, const std::vector<int64_t>& chosen) {
  CONFORMANCE_TRY(Array out, call.New(labels.texts ? Elem::kString : Elem::kInt64,
                                      {static_cast<int64_t>(chosen.size())}));
  for (size_t i = 0; i < chosen.size(); ++i) {
    const auto at = static_cast<size_t>(chosen[i]);
    if (labels.texts) {
      out.mutable_data<std::string>()[i] = labels.names[at];
    } else {
      out.mutable_data<int64_t>()[i] = labels.numbers[at];
    }
  }
  return out;
}

Result<Array> AsArray(const Call& call, const std::vector<double>& numbers, Shape dims, Elem elem) {
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, std::move(dims)));
  std::copy(numbers.begin(), numbers.end(), wide.mutable_data<double>());
  return CastArray(call, wide, elem, {});
}

Status NeedLength(const char* attribute, size_t found, size_t wanted) {
  if (found == wanted) return Ok();
  return Invalid("an attribute of another length")
      .With("attribute", attribute)
      .With("found", std::to_string(found))
      .With("wanted", std::to_string(wanted));
}

int64_t Largest(const double* scores, int64_t count) {
  return std::max_element(scores, scores + count) - scores;
}

}  // namespace conformance::onnx_reference::ml
