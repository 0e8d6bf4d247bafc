#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "framework/load/load.h"
#include "framework/nn/tree.h"
#include "references/eager/eager.h"
#include "references/eager/model.h"

namespace conformance::bench {

/// The weights and buffers of a model, each loaded or computed once.
class LoadedOnce : public eager::WeightProvider {
 public:
  explicit LoadedOnce(std::shared_ptr<const weights::Weights> weights) : weights_(std::move(weights)) {}
  Result<Tensor> Load(const ops::WeightInfo& info) override {
    const auto known = tensors_.find(info.name);
    if (known != tensors_.end()) return known->second;
    CONFORMANCE_TRY(Tensor tensor, stored_.Load(info));
    tensors_.emplace(info.name, tensor);
    return tensor;
  }

 private:
  std::shared_ptr<const weights::Weights> weights_;
  eager::StoredWeights stored_{*weights_};
  std::map<std::string, Tensor, std::less<>> tensors_;
};

/// A model on the eager kernels, with weights that are read or made by the first call that asks for them.
class WarmModel {
 public:
  explicit WarmModel(const load::LoadedModel& loaded) : loaded_(loaded), weights_(loaded.weights) {}

  Result<nn::Tree> Run(const nn::Tree& inputs, const Json& kwargs) {
    eager::EagerContext context(eager::DefaultKernels(), {}, weights_);
    nn::Tree outputs = loaded_.model->Forward(context, inputs, kwargs);
    if (context.failed()) return context.status().error();
    return outputs;
  }

 private:
  const load::LoadedModel& loaded_;
  LoadedOnce weights_;
};

}  // namespace conformance::bench
