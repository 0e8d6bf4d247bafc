#include "framework/engine/worker_exporter.h"

#include <utility>

namespace conformance::engine {

WorkerExporter::WorkerExporter(WorkerExporterInfo info, std::shared_ptr<WorkerProgram> program)
    : info_(std::move(info)), program_(std::move(program)) {}

ports::ExporterCapabilities WorkerExporter::Capabilities() const {
  ports::ExporterCapabilities capabilities;
  capabilities.format = info_.format;
  capabilities.exports_checkpoints = true;
  capabilities.dynamic = info_.dynamic;
  capabilities.optimises = info_.optimises;
  capabilities.isolated = true;
  capabilities.suite = info_.suite;
  return capabilities;
}

WorkerMessage WorkerExporter::Request(const char* type, const ports::ModelSource& source, const ports::ModelInputs& inputs,
                                      const ports::ExportConfig& config) const {
  WorkerMessage request;
  request.header["type"] = type;
  request.header["exporter"] = info_.name;
  request.header["folder"] = source.folder.string();
  if (!source.spec.IsNull()) request.header["spec"] = source.spec;
  request.header["config"] = config.to_json();
  request.header["kwargs"] = inputs.kwargs;
  request.tensors = inputs.tensors;
  return request;
}

Result<ports::Artifact> WorkerExporter::ExportCheckpoint(const ports::ModelSource& source, const ports::ModelInputs& inputs,
                                                         const ports::ExportConfig& config) const {
  CONFORMANCE_RETURN_IF_ERROR(program_->Hello());  // where it is not there, this says how to add it
  CONFORMANCE_TRY(const WorkerMessage answer, program_->pool().Ask(Request("export", source, inputs, config)));
  const Json* artifact = answer.header.Find("artifact");
  if (answer.type() != "artifact" || artifact == nullptr) {
    return Error(ErrorKind::kCrash, "the worker's answer to export has no artifact")
        .With("found", answer.type());
  }
  return ports::Artifact::FromJson(*artifact);
}

Result<ports::ModelInputs> WorkerExporter::PrepareInputs(const ports::ModelSource& source, const ports::ModelInputs& inputs,
                                                         const ports::ExportConfig& config) const {
  CONFORMANCE_TRY(WorkerMessage answer, program_->pool().Ask(Request("inputs", source, inputs, config)));
  if (answer.type() != "prepared inputs") {
    return Error(ErrorKind::kCrash, "the worker's answer to inputs has none").With("found", answer.type());
  }
  return ports::ModelInputs{std::move(answer.tensors), inputs.kwargs};
}

std::shared_ptr<const ports::Exporter> WorkerExporter::In(std::shared_ptr<WorkerProgram> program) const {
  return std::make_shared<WorkerExporter>(info_, std::move(program));
}

}  // namespace conformance::engine
