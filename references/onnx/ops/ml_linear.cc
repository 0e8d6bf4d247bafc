#include "references/onnx/call.h"
#include "references/onnx/ops/ml_scores.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// x · coefficientsᵀ + intercepts: [n, targets].
Result<std::vector<double>> Scores(const Call& call, const ml::Features& x, int64_t targets) {
  CONFORMANCE_TRY(const std::vector<double> weights, call.Floats("coefficients"));
  CONFORMANCE_TRY(std::vector<double> intercepts, call.Floats("intercepts", std::vector<double>()));
  if (intercepts.empty()) intercepts.assign(static_cast<size_t>(targets), 0);
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("intercepts", intercepts.size(), static_cast<size_t>(targets)));
  CONFORMANCE_RETURN_IF_ERROR(
      ml::NeedLength("coefficients", weights.size(), static_cast<size_t>(targets * x.columns)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.rows, targets, x.columns + 1}));
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(x.rows * targets));
  std::vector<double> scores;
  for (int64_t row = 0; row < x.rows; ++row) {
    for (int64_t t = 0; t < targets; ++t) {
      double sum = intercepts[static_cast<size_t>(t)];
      for (int64_t i = 0; i < x.columns; ++i)
        sum += x.Row(row)[i] * weights[static_cast<size_t>(t * x.columns + i)];
      scores.push_back(sum);
    }
  }
  return scores;
}

}  // namespace

/// X [n, f] -> [n, targets]. Errors: kInvalid where coefficients or intercepts don't fit.
Outputs LinearRegressor(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(const int64_t targets, call.Int("targets", 1));
  CONFORMANCE_TRY(const ml::PostTransform transform, ml::PostTransformOf(call));
  if (targets < 1 || targets > INT32_MAX)
    return Invalid("a number of targets out of range")
        .With("found", std::to_string(targets))
        .With("wanted", "1 or more");
  CONFORMANCE_TRY(std::vector<double> scores, Scores(call, x, targets));
  for (int64_t row = 0; row < x.rows; ++row) ml::Apply(transform, scores.data() + row * targets, targets);
  return ml::AsArray(call, scores, {x.rows, targets});
}

/// X [n, f] -> the class of the largest score, and the scores [n, classes]. One line of coefficients for two classes
/// scores the second; the first has the
/// negative. Errors: kInvalid where coefficients, intercepts or classes don't fit.
Outputs LinearClassifier(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(const ml::Labels labels, ml::LabelsOf(call, "classlabels_ints", "classlabels_strings"));
  CONFORMANCE_TRY(const ml::PostTransform transform, ml::PostTransformOf(call));
  CONFORMANCE_TRY(const std::vector<double> weights, call.Floats("coefficients"));
  const int64_t classes = labels.size();
  const bool mirrored = classes == 2 && static_cast<int64_t>(weights.size()) == x.columns;
  CONFORMANCE_TRY(std::vector<double> scores, Scores(call, x, mirrored ? 1 : classes));
  if (mirrored) {
    std::vector<double> both;
    for (const double score : scores) both.insert(both.end(), {-score, score});
    scores = std::move(both);
  }
  std::vector<int64_t> chosen;
  for (int64_t row = 0; row < x.rows; ++row) {
    ml::Apply(transform, scores.data() + row * classes, classes);
    chosen.push_back(ml::Largest(scores.data() + row * classes, classes));
  }
  CONFORMANCE_TRY(Array y, ml::LabelArray(call, labels, chosen));
  CONFORMANCE_TRY(Array z, ml::AsArray(call, scores, {x.rows, classes}));
  return Values{std::move(y), std::move(z)};
}

}  // namespace conformance::onnx_reference::kernels
