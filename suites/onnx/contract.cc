#include "suites/onnx/contract.h"

#include <cmath>

#include "framework/base/strings.h"

namespace conformance::suites {
namespace {

using onnx_reference::Array;
using onnx_reference::ToNumbers;
using onnx_reference::Values;

/// A draw of a sum with that mean and variance lies within six standard deviations, but for one in 5·10^8.
std::string Drawn(double found, double mean, double variance) {
  if (std::fabs(found - mean) <= 6 * std::sqrt(variance) + 1e-9) return {};
  return "the draws add up to " + DoubleText(found) + ", wanted " + DoubleText(mean) + " give or take " + DoubleText(6 * std::sqrt(variance));
}

/// 1 with the probability that the input has at each place, else 0.
std::string Bernoulli(const Values& inputs, const Values& found) {
  const auto p = ToNumbers(*inputs[0].array()), y = ToNumbers(*found[0].array());
  double mean = 0, variance = 0, sum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    if (y[i] != 0 && y[i] != 1) return "element " + std::to_string(i) + " is " + DoubleText(y[i]) + ", wanted 0 or 1";
    mean += p[i];
    variance += p[i] * (1 - p[i]);
    sum += y[i];
  }
  return Drawn(sum, mean, variance);
}

/// 0 with the probability `ratio`, else x / (1 - ratio); the mask says which.
std::string Dropout(const Values& inputs, const Values& found) {
  const auto x = ToNumbers(*inputs[0].array()), y = ToNumbers(*found[0].array());
  double ratio = 0.5;
  if (inputs.size() > 1 && inputs[1].array() != nullptr) ratio = ToNumbers(*inputs[1].array())[0];
  const auto mask = found.size() > 1 ? ToNumbers(*found[1].array()) : std::vector<double>();
  double dropped = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double kept = x[i] / (1 - ratio);
    const bool stays = y[i] != 0 || x[i] == 0;
    if (stays && std::fabs(y[i] - kept) > 1e-6 + 1e-3 * std::fabs(kept))
      return "element " + std::to_string(i) + " is " + DoubleText(y[i]) + ", wanted 0 or " + DoubleText(kept);
    if (!mask.empty() && x[i] != 0 && (mask[i] != 0) != stays) return "the mask and the output differ at element " + std::to_string(i);
    dropped += stays ? 0 : 1;
  }
  const auto n = static_cast<double>(x.size());
  return Drawn(dropped, n * ratio, n * ratio * (1 - ratio));
}

constexpr Contract kContracts[] = {
    {"node/test_bernoulli*", "draws with given probabilities", Bernoulli},
    {"node/test_training_dropout", "drops elements at random", Dropout},
    {"node/test_training_dropout_mask", "drops elements at random", Dropout},
    {"node/test_training_dropout_default", "drops elements at random", Dropout},
    {"node/test_training_dropout_default_mask", "drops elements at random", Dropout},
};

}  // namespace

const Contract* ContractOf(const std::string& name) {
  for (const Contract& contract : kContracts) {
    if (GlobMatch(contract.cases, name)) return &contract;
  }
  return nullptr;
}

}  // namespace conformance::suites
