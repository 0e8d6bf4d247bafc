#include "framework/compare/onnx_contract.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/elements.h"
#include "framework/compare/onnx_values.h"
#include "framework/formats/onnx_elements.h"

namespace conformance::compare {
namespace {

using formats::NamedOnnxValues;
using formats::OnnxElem;
using formats::OnnxGraph;
using formats::OnnxNode;
using formats::OnnxTensor;
using Numbers = std::vector<double>;

constexpr double kSixSigma = 6;        ///< of a normal sum: beyond it once in 5·10^8
constexpr double kLogChance = 21.4;    ///< ln(2·10^9): Bernstein's bound at once in 10^9, both sides together

std::string Beside(const std::string& what, double found, double mean, double bound) {
  return what + " " + DoubleText(found) + ", wanted " + DoubleText(mean) + " give or take " + DoubleText(bound);
}

/// A sum of many independent draws of any distribution with that mean and variance.
std::string Sum(double found, double mean, double variance) {
  const double bound = kSixSigma * std::sqrt(variance) + 1e-9 + 1e-3 * std::fabs(mean);  // draws are rounded to the output's type
  return std::fabs(found - mean) <= bound ? "" : Beside("the draws add up to", found, mean, bound);
}

/// A sum of draws of 0 or 1: Bernstein's inequality, which holds for few of them as well.
std::string Count(const std::string& what, double found, double mean, double variance) {
  const double bound = kLogChance / 3 + std::sqrt(kLogChance * kLogChance / 9 + 2 * kLogChance * variance);
  return std::fabs(found - mean) <= bound ? "" : Beside(what, found, mean, bound);
}

std::string Wrong(size_t place, double found, const std::string& wanted) {
  return "element " + std::to_string(place) + " is " + DoubleText(found) + ", wanted " + wanted;
}

/// A node's attribute as a number.
double Attribute(const OnnxNode& node, std::string_view name, double otherwise) {
  const formats::OnnxAttribute* attribute = node.Find(name);
  if (attribute == nullptr) return otherwise;
  return attribute->kind == formats::OnnxAttribute::Kind::kInt ? static_cast<double>(attribute->i) : attribute->f;
}

/// 1 with the chance that stands at each place, else 0.
std::string Bernoulli(const Numbers& chances, const Numbers& y) {
  if (y.size() != chances.size()) return std::to_string(y.size()) + " draws, wanted " + std::to_string(chances.size());
  double mean = 0, variance = 0, sum = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double p = std::clamp(chances[i], 0.0, 1.0);
    if (y[i] != 0 && y[i] != 1) return Wrong(i, y[i], "0 or 1");
    if ((p == 0 && y[i] != 0) || (p == 1 && y[i] != 1)) return Wrong(i, y[i], DoubleText(p));
    mean += p, variance += p * (1 - p), sum += y[i];
  }
  return Count("the draws add up to", sum, mean, variance);
}

/// 0 with the probability `ratio`, else x / (1 - ratio); the mask, if there is one, says which.
std::string Dropout(const Numbers& x, double ratio, const Numbers& y, const Numbers* mask) {
  if (y.size() != x.size() || (mask != nullptr && mask->size() != x.size())) return "another number of elements than the input's";
  double dropped = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double kept = x[i] / (1 - ratio);
    const bool stays = y[i] != 0 || x[i] == 0;
    if (stays && std::fabs(y[i] - kept) > 1e-6 + 1e-3 * std::fabs(kept)) return Wrong(i, y[i], "0 or " + DoubleText(kept));
    if (mask != nullptr && x[i] != 0 && ((*mask)[i] != 0) != stays) return "the mask and the output differ at element " + std::to_string(i);
    dropped += stays ? 0 : 1;
  }
  if (ratio == 0 && dropped > 0) return DoubleText(dropped) + " elements are dropped, wanted none";
  const auto n = static_cast<double>(x.size());
  return Count("elements dropped:", dropped, n * ratio, n * ratio * (1 - ratio));
}

std::string Uniform(double low, double high, const Numbers& y) {
  const double room = 1e-2 * std::max(std::fabs(low), std::fabs(high));  // of rounding to bf16
  for (size_t i = 0; i < y.size(); ++i) {
    if (!(y[i] >= low - room && y[i] <= high + room)) return Wrong(i, y[i], "from " + DoubleText(low) + " to " + DoubleText(high));
  }
  const auto n = static_cast<double>(y.size());
  return Sum(std::accumulate(y.begin(), y.end(), 0.0), n * (low + high) / 2, n * (high - low) * (high - low) / 12);
}

std::string Normal(double mean, double scale, const Numbers& y) {
  const auto n = static_cast<double>(y.size());
  if (std::string why = Sum(std::accumulate(y.begin(), y.end(), 0.0), n * mean, n * scale * scale); !why.empty() || scale == 0) return why;
  double squares = 0;
  for (const double each : y) squares += (each - mean) * (each - mean) / (scale * scale);
  if (y.size() < 2) return {};
  // Chi-square of n: its cube root is all but normal (Wilson and Hilferty, 1931).
  const double root = std::cbrt(squares / n), wanted = 1 - 2 / (9 * n), bound = kSixSigma * std::sqrt(2 / (9 * n)) + 1e-2;
  return std::fabs(root - wanted) <= bound ? "" : Beside("the cube root of the draws' variance is", root, wanted, bound);
}

/// Rows of draws of classes, [rows, samples], by the logarithms of their weights, [rows, classes].
std::string Multinomial(const Numbers& logits, size_t rows, const Numbers& y) {
  if (rows == 0) return {};
  const size_t classes = logits.size() / rows, samples = y.size() / rows;
  std::vector<double> counts(classes), mean(classes), variance(classes);
  for (size_t row = 0; row < rows; ++row) {
    const double* log = logits.data() + row * classes;
    const double largest = *std::max_element(log, log + classes);
    double whole = 0;
    for (size_t c = 0; c < classes; ++c) whole += std::exp(log[c] - largest);
    for (size_t c = 0; c < classes; ++c) {
      const double p = std::exp(log[c] - largest) / whole, n = static_cast<double>(samples);
      mean[c] += n * p, variance[c] += n * p * (1 - p);
    }
  }
  for (size_t i = 0; i < y.size(); ++i) {
    if (!(y[i] >= 0 && y[i] < static_cast<double>(classes) && y[i] == std::floor(y[i]))) return Wrong(i, y[i], "a class below " + std::to_string(classes));
    ++counts[static_cast<size_t>(y[i])];
  }
  for (size_t c = 0; c < classes; ++c) {
    if (std::string why = Count("draws of class " + std::to_string(c) + ":", counts[c], mean[c], variance[c]); !why.empty()) return why;
  }
  return {};
}

/// What the graph is given by name: inputs, and initializers. Read when it is asked for.
class Given {
 public:
  Given(const OnnxGraph& graph, const NamedOnnxValues& inputs) {
    for (const OnnxTensor& tensor : graph.initializers) tensors_[tensor.name] = &tensor;
    for (const auto& [name, value] : inputs) {
      if (value.kind == formats::OnnxValue::Kind::kTensor) tensors_[name] = &value.tensor;
    }
  }
  /// None where it is made by a node, left out, or no tensor of numbers in the file itself.
  std::optional<Numbers> Find(const std::string& name) const {
    const auto it = tensors_.find(name);
    if (it == tensors_.end() || it->second->external || it->second->elem == OnnxElem::kString) return std::nullopt;
    auto numbers = formats::NumbersOf(*it->second);
    return numbers.ok() ? std::optional(*std::move(numbers)) : std::nullopt;
  }
  std::optional<Numbers> Input(const OnnxNode& node, size_t index) const {
    return index < node.inputs.size() && !node.inputs[index].empty() ? Find(node.inputs[index]) : std::nullopt;
  }
  size_t Rows(const std::string& name) const {
    const auto& dims = tensors_.at(name)->dims;
    return dims.empty() ? 1 : static_cast<size_t>(dims.front());
  }

 private:
  std::map<std::string, const OnnxTensor*> tensors_;
};

bool IsOwn(const OnnxNode& node) { return node.domain.empty() || node.domain == "ai.onnx"; }

/// Whether a node draws: in a training-mode Dropout only where that is known, or cannot be known.
bool Draws(const OnnxNode& node, const Given& given) {
  static const std::set<std::string, std::less<>> kRandom = {"Bernoulli",    "Multinomial",   "RandomNormal",
                                                             "RandomUniform", "RandomNormalLike", "RandomUniformLike"};
  if (!IsOwn(node)) return false;
  if (kRandom.contains(node.op_type)) return true;
  if (node.op_type != "Dropout" || node.inputs.size() < 3 || node.inputs[2].empty()) return false;
  const auto training = given.Input(node, 2);
  return !training || (!training->empty() && training->front() != 0);
}

bool AnyDraws(const std::vector<OnnxNode>& nodes, const Given& given) {
  return std::ranges::any_of(nodes, [&](const OnnxNode& node) {
    if (Draws(node, given)) return true;
    return std::ranges::any_of(node.attributes, [&](const formats::OnnxAttribute& attribute) {
      return std::ranges::any_of(attribute.graphs, [&](const OnnxGraph& graph) { return AnyDraws(graph.nodes, given); });
    });
  });
}

using Check = std::function<std::string(const std::vector<Numbers>& outputs)>;

/// The check of a graph of that one node; null where the distribution isn't known.
Check CheckOf(const OnnxNode& node, const Given& given) {
  if (node.op_type == "RandomUniform" || node.op_type == "RandomUniformLike") {
    return [low = Attribute(node, "low", 0), high = Attribute(node, "high", 1)](const auto& out) { return Uniform(low, high, out.at(0)); };
  }
  if (node.op_type == "RandomNormal" || node.op_type == "RandomNormalLike") {
    return [mean = Attribute(node, "mean", 0), scale = Attribute(node, "scale", 1)](const auto& out) { return Normal(mean, scale, out.at(0)); };
  }
  const auto x = given.Input(node, 0);
  if (!x) return nullptr;
  if (node.op_type == "Bernoulli") return [x = *x](const auto& out) { return Bernoulli(x, out.at(0)); };
  if (node.op_type == "Multinomial") return [x = *x, rows = given.Rows(node.inputs[0])](const auto& out) { return Multinomial(x, rows, out.at(0)); };
  if (node.op_type != "Dropout") return nullptr;
  double ratio = 0.5;
  if (node.inputs.size() > 1 && !node.inputs[1].empty()) {
    const auto stated = given.Input(node, 1);
    if (!stated || stated->size() != 1) return nullptr;
    ratio = stated->front();
  }
  return [x = *x, ratio](const auto& out) { return Dropout(x, ratio, out.at(0), out.size() > 1 ? &out[1] : nullptr); };
}

/// Bernoulli's function body: a uniform draw from [0, 1) is compared with the input, and the answer cast.
Check CheckOfComparison(const std::vector<OnnxNode>& nodes, const Given& given) {
  if (nodes.size() != 3 || nodes[0].op_type != "RandomUniformLike" || nodes[2].op_type != "Cast" || nodes[0].outputs.empty()) return nullptr;
  const OnnxNode& comparison = nodes[1];
  const bool greater = comparison.op_type == "Greater", less = comparison.op_type == "Less";
  if ((!greater && !less) || comparison.inputs.size() != 2 || Attribute(nodes[0], "low", 0) != 0 || Attribute(nodes[0], "high", 1) != 1) return nullptr;
  const bool draws_first = comparison.inputs[0] == nodes[0].outputs[0];
  if (!draws_first && comparison.inputs[1] != nodes[0].outputs[0]) return nullptr;
  const auto x = given.Input(comparison, draws_first ? 1 : 0);
  if (!x) return nullptr;
  Numbers chances = *x;  // that the draw lies below x
  if (greater == draws_first) {
    for (double& chance : chances) chance = 1 - chance;
  }
  return [chances = std::move(chances)](const auto& out) { return Bernoulli(chances, out.at(0)); };
}

}  // namespace

std::optional<OnnxContract> ContractOf(const formats::OnnxModel& model, const NamedOnnxValues& inputs) {
  const OnnxGraph& graph = model.graph;
  const Given given(graph, inputs);
  const bool draws = AnyDraws(graph.nodes, given) ||
                     std::ranges::any_of(model.functions, [&](const formats::OnnxFunction& function) { return AnyDraws(function.nodes, given); });
  if (!draws) return std::nullopt;
  OnnxContract contract;
  Check check;
  if (graph.nodes.size() == 1 && Draws(graph.nodes.front(), given)) {
    contract.reason = graph.nodes.front().op_type + " draws at random";
    check = CheckOf(graph.nodes.front(), given);
  } else {
    contract.reason = "the graph draws at random";
    check = CheckOfComparison(graph.nodes, given);
  }
  if (!check) return contract;
  contract.check = [check](const NamedOnnxValues& outputs) -> std::string {
    std::vector<Numbers> numbers;
    for (const auto& [name, value] : outputs) {
      auto read = value.kind == formats::OnnxValue::Kind::kTensor ? formats::NumbersOf(value.tensor) : Result<Numbers>(Invalid("no tensor"));
      if (!read.ok()) return name + ": " + read.error().ToString();
      numbers.push_back(*std::move(read));
    }
    return numbers.empty() ? "no outputs" : check(numbers);
  };
  return contract;
}

ports::Comparison CompareByContract(const OnnxContract& contract, const NamedOnnxValues& found, const NamedOnnxValues& wanted, bool widened) {
  ports::Comparison comparison;
  comparison.rules["contract"] = std::string(kOnnxContractRule);
  comparison.reason = NamesDiffer(found, wanted);
  if (!comparison.reason.empty()) return comparison;
  for (size_t i = 0; i < wanted.size(); ++i) {
    record::OutputFigures figures = FiguresOf(found[i].first, found[i].second);
    figures.lane = "contract";
    if (std::string why = KindDifference(found[i].second, wanted[i].second, widened); !why.empty()) Fail(figures, std::move(why));
    comparison.figures.push_back(std::move(figures));
  }
  const auto passes = [](const record::OutputFigures& figures) { return figures.outcome == "pass"; };
  if (contract.check && !comparison.figures.empty() && std::ranges::all_of(comparison.figures, passes)) {
    if (std::string why = contract.check(found); !why.empty()) Fail(comparison.figures.front(), std::move(why));
  }
  for (const record::OutputFigures& figures : comparison.figures) {
    if (!passes(figures) && comparison.reason.empty()) comparison.reason = figures.output + ": " + figures.reason;
  }
  comparison.outcome = comparison.reason.empty() ? record::Outcome::kPass : record::Outcome::kFail;
  return comparison;
}

}  // namespace conformance::compare
