#pragma once

#include "framework/models/registry.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

/// Backend `eager`: a checkpoint on the project's own kernels. Takes "checkpoint": the artifact's model and weights, or, in another
/// process, its folder opened again. Options: `kwargs` (arguments of forward that are no tensors), `recording` (what is called: "forward",
/// "hidden", "generate", …; absent: forward), `generation_config`, `module`, `dtype`.
class EagerBackend : public ports::Backend {
 public:
  explicit EagerBackend(models::ModelTable models) : models_(std::move(models)) {}
  std::string_view Name() const override { return "eager"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override;

 private:
  models::ModelTable models_;
};

/// What a backend over checkpoints opens: the artifact's handles, else its folder. `folder`: where that is.
struct OpenedCheckpoint {
  std::shared_ptr<const nn::Model> model;
  std::shared_ptr<const weights::Weights> weights;
};
Result<OpenedCheckpoint> OpenCheckpoint(const ports::Artifact& artifact, const std::filesystem::path& folder, const models::ModelTable& models);

}  // namespace conformance::runtimes
