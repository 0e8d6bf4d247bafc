#include "framework/ports/exporter.h"

namespace conformance::ports {
namespace {

Error Missing(const Exporter& exporter, std::string_view entry) {
  return Unsupported("exporter '" + std::string(exporter.Name()) + "' has no " + std::string(entry));
}

}  // namespace

Result<TraceRequest> Exporter::Prepare(const nn::Model&, const ModelInputs&, const ExportConfig&) const {
  return Missing(*this, "Prepare: it doesn't export from a trace");
}

Result<Artifact> Exporter::Lower(const ir::Program&, const weights::Weights&, const ExportConfig&) const {
  return Missing(*this, "Lower: it doesn't export Programs");
}

Status Exporter::Check(const Artifact&) const { return Ok(); }

Result<Artifact> Exporter::ExportCheckpoint(const ModelSource&, const ModelInputs&, const ExportConfig&) const {
  return Missing(*this, "ExportCheckpoint: it doesn't export checkpoint folders");
}

Result<ModelInputs> Exporter::PrepareInputs(const ModelSource&, const ModelInputs& inputs, const ExportConfig&) const { return inputs; }

}  // namespace conformance::ports
