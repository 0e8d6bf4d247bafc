#pragma once

#include <memory>
#include <string_view>

#include "framework/models/registry.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

/// Backend `eager`: the checkpoint itself on our own kernels, what exporter `none` gives for recordings.
///
/// Takes format "checkpoint": the artifact's model and weights, or, in another process, the folder at its path, loaded again in the
/// dtype that `options.dtype` names. options: {"recording": name of the call, "module": submodule, "kwargs": arguments that are no
/// tensors, "generation_config": as in the folder}; a missing recording is a plain forward.
/// Outputs bear dotted names; of a generation the one output is `sequences`.
class EagerBackend : public ports::Backend {
 public:
  explicit EagerBackend(models::ModelTable models = models::DefaultModels()) : models_(std::move(models)) {}
  std::string_view Name() const override { return "eager"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override;

 private:
  models::ModelTable models_;
};

}  // namespace conformance::runtimes
