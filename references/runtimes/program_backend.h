#pragma once

#include "framework/models/registry.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

/// Backend `program`: a Program on the project's own kernels, node by node. Takes "program": the artifact's Program and weights, or, in
/// another process, its text file and the folder that the option `checkpoint` names. RunCapturing takes names of the Program's values.
class ProgramBackend : public ports::Backend {
 public:
  explicit ProgramBackend(models::ModelTable models) : models_(std::move(models)) {}
  std::string_view Name() const override { return "program"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override;

 private:
  models::ModelTable models_;
};

}  // namespace conformance::runtimes
