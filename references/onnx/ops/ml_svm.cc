#include <algorithm>
#include <cmath>

#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/ml_scores.h"

/// Support vector machines as libsvm (Chang & Lin, "LIBSVM: a library for support vector machines", 2011) evaluates
/// them: the operator text names its
/// numbers and leaves the formulas to it.
namespace conformance::onnx_reference::kernels {
namespace {

struct Machine {
  enum class Kind : uint8_t { kLinear, kPoly, kRbf, kSigmoid };
  Kind kind = Kind::kLinear;
  double gamma = 0, coef0 = 0, degree = 0;

  double Kernel(const double* a, const double* b, int64_t size) const {
    double sum = 0;
    for (int64_t i = 0; i < size; ++i)
      sum += kind == Kind::kRbf ? (a[i] - b[i]) * (a[i] - b[i]) : a[i] * b[i];
    switch (kind) {
      case Kind::kPoly: return std::pow(gamma * sum + coef0, degree);
      case Kind::kRbf: return std::exp(-gamma * sum);
      case Kind::kSigmoid: return std::tanh(gamma * sum + coef0);
      default: return sum;
    }
  }
};

Result<Machine> MachineOf(const Call& call) {
  Machine machine;
  CONFORMANCE_TRY(const std::string type, call.String("kernel_type", "LINEAR"));
  CONFORMANCE_TRY(const std::vector<double> params,
                  call.Floats("kernel_params", std::vector<double>{0, 0, 0}));
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("kernel_params", params.size(), 3));
  machine.gamma = params[0], machine.coef0 = params[1], machine.degree = params[2];
  if (type == "POLY") {
    machine.kind = Machine::Kind::kPoly;
  } else if (type == "RBF") {
    machine.kind = Machine::Kind::kRbf;
  } else if (type == "SIGMOID") {
    machine.kind = Machine::Kind::kSigmoid;
  } else if (type != "LINEAR") {
    return Invalid("a kernel_type that isn't known")
        .With("found", formats::Quoted(type))
        .With("wanted", "LINEAR, POLY, RBF or SIGMOID");
  }
  return machine;
}

/// Probabilities of classes from those of pairs, r [k, k] (Wu, Lin & Weng, "Probability estimates for multi-class
/// classification by pairwise coupling",
/// 2004, second approach).
std::vector<double> Coupled(const std::vector<double>& r, size_t k) {
  std::vector<double> p(k, 1.0 / static_cast<double>(k)), q(k * k, 0), qp(k);
  for (size_t t = 0; t < k; ++t) {
    for (size_t j = 0; j < k; ++j) {
      if (j == t) continue;
      q[t * k + t] += r[j * k + t] * r[j * k + t];
      q[t * k + j] = -r[j * k + t] * r[t * k + j];
    }
  }
  for (size_t round = 0; round < std::max<size_t>(100, k); ++round) {
    double whole = 0, worst = 0;
    for (size_t t = 0; t < k; ++t) {
      qp[t] = 0;
      for (size_t j = 0; j < k; ++j) qp[t] += q[t * k + j] * p[j];
      whole += p[t] * qp[t];
    }
    for (size_t t = 0; t < k; ++t) worst = std::max(worst, std::fabs(qp[t] - whole));
    if (worst < 0.005 / static_cast<double>(k)) break;
    for (size_t t = 0; t < k; ++t) {
      const double step = (whole - qp[t]) / q[t * k + t];
      p[t] += step;
      whole = (whole + step * (step * q[t * k + t] + 2 * qp[t])) / ((1 + step) * (1 + step));
      for (size_t j = 0; j < k; ++j) {
        qp[j] = (qp[j] + step * q[t * k + j]) / (1 + step);
        p[j] /= 1 + step;
      }
    }
  }
  return p;
}

}  // namespace

/// X [n, f] -> [n, 1]: Σ coefficient · kernel(x, support vector) + rho, or its sign where one_class is set. Errors:
/// kInvalid where attributes don't fit.
Outputs SvmRegressor(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(Machine machine, MachineOf(call));
  CONFORMANCE_TRY(const std::vector<double> weights, call.Floats("coefficients"));
  CONFORMANCE_TRY(const std::vector<double> rho, call.Floats("rho"));
  CONFORMANCE_TRY(std::vector<double> vectors, call.Floats("support_vectors", std::vector<double>()));
  CONFORMANCE_TRY(const int64_t supports, call.Int("n_supports", 0));
  CONFORMANCE_TRY(const int64_t one_class, call.Int("one_class", 0));
  CONFORMANCE_TRY(const ml::PostTransform transform, ml::PostTransformOf(call));
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("rho", rho.size(), 1));
  if (supports < 0 || supports > INT32_MAX)
    return Invalid("a number of vectors out of range")
        .With("found", std::to_string(supports))
        .With("wanted", "0 or more");
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("coefficients", weights.size(),
                                             static_cast<size_t>(supports > 0 ? supports : x.columns)));
  CONFORMANCE_RETURN_IF_ERROR(
      ml::NeedLength("support_vectors", vectors.size(), static_cast<size_t>(supports * x.columns)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.rows, supports + 1, x.columns + 1}));
  std::vector<double> scores;
  for (int64_t row = 0; row < x.rows; ++row) {
    double sum = rho[0];
    if (supports == 0) sum += Machine().Kernel(x.Row(row), weights.data(), x.columns);
    for (int64_t i = 0; i < supports; ++i)
      sum += weights[static_cast<size_t>(i)] *
             machine.Kernel(x.Row(row), vectors.data() + i * x.columns, x.columns);
    if (one_class != 0) sum = sum > 0 ? 1 : -1;
    ml::Apply(transform, &sum, 1);
    scores.push_back(sum);
  }
  return ml::AsArray(call, scores, {x.rows, 1});
}

/// X [n, f] -> the class that wins most pairs (the largest score, without support vectors), and scores: of each pair
/// of classes, their probabilities where
/// prob_a and prob_b are given, or one for each class without support vectors. Two classes have -score and score.
/// Errors: kInvalid where attributes don't fit each other.
Outputs SvmClassifier(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(const Machine machine, MachineOf(call));
  CONFORMANCE_TRY(const ml::Labels labels, ml::LabelsOf(call, "classlabels_ints", "classlabels_strings"));
  CONFORMANCE_TRY(const ml::PostTransform transform, ml::PostTransformOf(call));
  CONFORMANCE_TRY(const std::vector<double> weights, call.Floats("coefficients"));
  CONFORMANCE_TRY(const std::vector<double> rho, call.Floats("rho"));
  CONFORMANCE_TRY(const std::vector<double> vectors, call.Floats("support_vectors", std::vector<double>()));
  CONFORMANCE_TRY(const std::vector<double> prob_a, call.Floats("prob_a", std::vector<double>()));
  CONFORMANCE_TRY(const std::vector<double> prob_b, call.Floats("prob_b", std::vector<double>()));
  CONFORMANCE_TRY(const std::vector<int64_t> each, call.Ints("vectors_per_class", std::vector<int64_t>()));
  const int64_t classes = labels.size();
  int64_t count = 0;
  std::vector<int64_t> starts;
  for (const int64_t number : each) {
    starts.push_back(count);
    if (number < 0 || number > INT32_MAX || (count += number) > INT32_MAX)
      return Invalid("a number of vectors out of range")
          .With("found", std::to_string(number))
          .With("wanted", "0 or more");
  }
  const bool pairwise = count > 0;
  const auto pairs = static_cast<size_t>(classes * (classes - 1) / 2);
  if (pairwise) {
    CONFORMANCE_RETURN_IF_ERROR(
        ml::NeedLength("vectors_per_class", each.size(), static_cast<size_t>(classes)));
    CONFORMANCE_RETURN_IF_ERROR(
        ml::NeedLength("support_vectors", vectors.size(), static_cast<size_t>(count * x.columns)));
    CONFORMANCE_RETURN_IF_ERROR(
        ml::NeedLength("coefficients", weights.size(), static_cast<size_t>((classes - 1) * count)));
    CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("rho", rho.size(), pairs));
    if (!prob_a.empty()) {
      CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("prob_a", prob_a.size(), pairs));
      CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("prob_b", prob_b.size(), pairs));
    }
  } else {
    CONFORMANCE_RETURN_IF_ERROR(
        ml::NeedLength("coefficients", weights.size(), static_cast<size_t>(classes * x.columns)));
    if (rho.empty())
      return Invalid("an attribute of another length")
          .With("attribute", "rho")
          .With("found", "0")
          .With("wanted", "1 or more");
  }
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.rows, count + classes * classes, x.columns + classes}));
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(x.rows * std::max<int64_t>(classes, static_cast<int64_t>(pairs))));
  std::vector<double> all;
  std::vector<int64_t> chosen;
  size_t width = 0;
  for (int64_t row = 0; row < x.rows; ++row) {
    std::vector<double> scores, votes(static_cast<size_t>(classes), 0);
    if (!pairwise) {
      for (int64_t c = 0; c < classes; ++c)
        scores.push_back(rho[0] + Machine().Kernel(x.Row(row), weights.data() + c * x.columns, x.columns));
      votes = scores;
    } else {
      std::vector<double> kernels;
      for (int64_t i = 0; i < count; ++i)
        kernels.push_back(machine.Kernel(x.Row(row), vectors.data() + i * x.columns, x.columns));
      for (int64_t i = 0; i < classes; ++i) {
        for (int64_t j = i + 1; j < classes; ++j) {
          double sum = rho[scores.size()];
          const auto add = [&](int64_t of, int64_t against) {
            const int64_t start = starts[static_cast<size_t>(of)];
            for (int64_t v = start; v < start + each[static_cast<size_t>(of)]; ++v)
              sum += weights[static_cast<size_t>(against * count + v)] * kernels[static_cast<size_t>(v)];
          };
          add(i, j - 1);
          add(j, i);
          scores.push_back(sum);
          votes[static_cast<size_t>(sum > 0 ? i : j)] += 1;
        }
      }
    }
    chosen.push_back(ml::Largest(votes.data(), classes));
    if (pairwise && !prob_a.empty()) {
      const auto k = static_cast<size_t>(classes);
      std::vector<double> r(k * k, 0);
      size_t pair = 0;
      for (size_t i = 0; i < k; ++i) {
        for (size_t j = i + 1; j < k; ++j, ++pair) {
          const double p = 1 / (1 + std::exp(scores[pair] * prob_a[pair] + prob_b[pair]));
          r[i * k + j] = std::clamp(p, 1e-7, 1 - 1e-7);
          r[j * k + i] = 1 - r[i * k + j];
        }
      }
      scores = Coupled(r, k);
    } else if (pairwise && classes == 2) {
      // The text leaves the order open; runtimes put the negative first.
      scores = {-scores[0], scores[0]};
    }
    ml::Apply(transform, scores.data(), static_cast<int64_t>(scores.size()));
    width = scores.size();
    all.insert(all.end(), scores.begin(), scores.end());
  }
  CONFORMANCE_TRY(Array y, ml::LabelArray(call, labels, chosen));
  CONFORMANCE_TRY(Array z, ml::AsArray(call, all, {x.rows, static_cast<int64_t>(width)}));
  return Values{std::move(y), std::move(z)};
}

}  // namespace conformance::onnx_reference::kernels
