#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ports/exporter.h"

namespace conformance::ports {

/// One part of a model with the inputs that its forward got: what is exported on its own.
struct Component {
  std::string name;                         ///< "decoder_with_past", "vae_encoder", "prefill"
  std::shared_ptr<const nn::Model> model;
  ModelInputs inputs;
  std::unique_ptr<ExportConfig> config;     ///< its own; null: the caller's
};

/// Model and inputs -> named components, in a fixed order. Errors: kUnsupported where the model has no such parts.
class Decomposer {
 public:
  virtual ~Decomposer() = default;
  virtual std::string_view Name() const = 0;
  virtual Result<std::vector<Component>> Decompose(std::shared_ptr<const nn::Model> model, const weights::Weights& weights,
                                                   const ModelInputs& inputs) const = 0;
};

}  // namespace conformance::ports
