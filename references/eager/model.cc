#include "references/eager/model.h"

#include <utility>

namespace conformance::eager {
namespace {

/// A context with the provider that it draws from.
class OwningContext : private StoredWeights, public EagerContext {
 public:
  OwningContext(const weights::Weights& weights, const Numerics& numerics)
      : StoredWeights(weights), EagerContext(DefaultKernels(), numerics, static_cast<StoredWeights&>(*this)) {}
};

}  // namespace

Result<Tensor> StoredWeights::Load(const ops::WeightInfo& info) {
  // A module's own constants are not in any checkpoint.
  if (info.kind == ops::WeightInfo::Kind::kConstant && info.constant != nullptr) return *info.constant;
  return weights_.Load(info.name);
}

Result<NamedTensors> RunModel(const nn::Model& model, const weights::Weights& weights, const ports::ModelInputs& inputs,
                              const Numerics& numerics) {
  OwningContext context(weights, numerics);
  CONFORMANCE_TRY(const nn::Tree tree, nn::TreeFromTensors(inputs.tensors));
  const nn::Tree outputs = model.Forward(context, tree, inputs.kwargs.IsNull() ? Json::MakeObject() : inputs.kwargs);
  if (context.failed()) return context.status().error();
  CONFORMANCE_TRY(NamedTensors leaves, nn::TensorsOf(nn::GetLeafTensors(outputs)));
  KeepWide(leaves, numerics);
  return leaves;
}

void KeepWide(NamedTensors& outputs, const Numerics& numerics) {
  if (numerics.compute != Numerics::Compute::kF64 || numerics.round_stores) return;
  for (auto& [name, tensor] : outputs) {
    if (IsFloating(tensor.dtype()) && tensor.dtype() != DType::kF64) tensor = Cast(tensor, DType::kF64);
    if (tensor.dtype() == DType::kC64) tensor = Cast(tensor, DType::kC128);
  }
}

generate::ContextFactory MakeContexts(const weights::Weights& weights, const Numerics& numerics) {
  return [&weights, numerics]() -> Result<std::unique_ptr<ops::OpContext>> {
    return std::unique_ptr<ops::OpContext>(std::make_unique<OwningContext>(weights, numerics));
  };
}

Result<NamedTensors> EagerReference::Run(const ports::ReferenceRequest& request) const {
  if (request.model == nullptr || request.weights == nullptr || request.inputs == nullptr) {
    return Unsupported("reference eager evaluates models with weights and inputs").With("folder", request.source.folder.string());
  }
  if (!request.capture.empty()) return Unsupported("reference eager names no values of a Program").With("found", request.capture[0]);
  return RunModel(*request.model, *request.weights, *request.inputs, request.numerics);
}

}  // namespace conformance::eager
