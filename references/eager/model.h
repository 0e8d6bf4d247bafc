#pragma once

#include <memory>
#include <string>

#include "framework/generate/generate.h"
#include "framework/nn/model.h"
#include "framework/ports/exporter.h"
#include "framework/ports/reference.h"
#include "framework/weights/weights.h"
#include "references/eager/eager.h"

namespace conformance::eager {

/// Weights as an eager context asks for them. Read-only; `weights` must live longer.
class StoredWeights : public WeightProvider {
 public:
  explicit StoredWeights(const weights::Weights& weights) : weights_(weights) {}
  Result<Tensor> Load(const ops::WeightInfo& info) override;

 private:
  const weights::Weights& weights_;
};

/// One forward of a model: outputs by dotted name, in the order of the model output's tree. Under Numerics::Oracle floating outputs
/// are f64. Errors: those of the context, with op and module path.
Result<NamedTensors> RunModel(const nn::Model& model, const weights::Weights& weights, const ports::ModelInputs& inputs,
                              const Numerics& numerics = {});

/// Outputs as a run under `numerics` gives them: floating ones in f64 where values are kept wide (also those that no op has touched).
void KeepWide(NamedTensors& outputs, const Numerics& numerics);

/// Fresh contexts over these weights, for generation and recordings; `weights` must live longer than what it makes.
generate::ContextFactory MakeContexts(const weights::Weights& weights, const Numerics& numerics = {});

/// Reference `eager`: RunModel on the request's model. Errors: kUnsupported for a request without one, or with `capture`.
class EagerReference : public ports::Reference {
 public:
  std::string_view Name() const override { return "eager"; }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override;
};

}  // namespace conformance::eager
