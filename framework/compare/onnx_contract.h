#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "framework/formats/onnx.h"
#include "framework/formats/onnx_tensor.h"
#include "framework/ports/comparator.h"

namespace conformance::compare {

inline constexpr std::string_view kOnnxContractRule =
    "contract: random operators promise a distribution, not numbers: kinds, types and shapes are those recorded, and the draws fit the distribution "
    "(a sum that would come once in 10^8 runs or more rarely does not)";

/// What a recording of a model that draws at random is held to in place of its recorded numbers.
struct OnnxContract {
  std::string reason;  ///< "Bernoulli draws at random"
  /// Why the outputs don't fit the distribution, or nothing. Null where only kinds, types and shapes are known: draws in the midst of a graph.
  std::function<std::string(const formats::NamedOnnxValues& outputs)> check;
};

/// None for a graph that draws nothing: no Bernoulli, Multinomial, RandomNormal, RandomUniform (and …Like), no Dropout whose input training_mode is true.
/// Known distributions are those of one such node that makes all outputs, and of the comparison of a uniform draw with an input that Bernoulli's function
/// body is. Before version 12 Dropout draws nothing.
std::optional<OnnxContract> ContractOf(const formats::OnnxModel& model, const formats::NamedOnnxValues& inputs);

/// Outputs against recorded ones by a contract. `widened` as in Difference.
ports::Comparison CompareByContract(const OnnxContract& contract, const formats::NamedOnnxValues& found, const formats::NamedOnnxValues& wanted,
                                    bool widened = false);

}  // namespace conformance::compare
