#pragma once

#include <memory>
#include <string_view>

#include "framework/models/registry.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

/// Backend `program`: a Program walked node by node over our own kernels: the trace that exporter `none` gives for exported variants, or
/// a `.pt2` of whatever origin.
///
/// Takes format "pt2": the artifact's Program and weights, or what the file at its path holds.
/// Takes format "program": the artifact's Program and weights, or, in another process, the text file at its path (ir::PrintProgram)
/// and the weights of the checkpoint folder that `options.checkpoint` names, in the dtype that `options.dtype` names.
/// Intermediates: the Program's tensor values by name.
class ProgramBackend : public ports::Backend {
 public:
  explicit ProgramBackend(models::ModelTable models = models::DefaultModels()) : models_(std::move(models)) {}
  std::string_view Name() const override { return "program"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override;

 private:
  models::ModelTable models_;
};

}  // namespace conformance::runtimes
