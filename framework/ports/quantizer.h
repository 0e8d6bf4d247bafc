#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ports/artifact.h"

namespace conformance::weights { class LoadPlan; }

namespace conformance::ports {

/// One quantization backend ("bitsandbytes_4bit", "torchao", "gguf"): validates its config without reading a weight, then adds
/// quantize rules to a component's load plan.
class Quantizer {
 public:
  virtual ~Quantizer() = default;
  virtual std::string_view Name() const = 0;
  /// Keyword arguments it takes, for the check that two libraries' signatures match.
  virtual std::vector<std::string> Parameters() const = 0;
  /// Errors: kInvalid names the argument; kUnavailable with the command that adds what is missing.
  virtual Status Validate(const Json& kwargs) const = 0;
  /// Dotted names of the parameters that were given a rule.
  virtual Result<std::vector<std::string>> Apply(const Json& kwargs, nn::Model& model, weights::LoadPlan& plan) const = 0;
};

}  // namespace conformance::ports
