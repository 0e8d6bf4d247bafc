#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/worker_program.h"
#include "framework/ports/exporter.h"

namespace conformance::engine {

/// What is known of an exporter before its worker runs.
struct WorkerExporterInfo {
  std::string name;                                   ///< here and in the worker's hello
  std::string format;                                 ///< of its artifacts
  std::shared_ptr<const ports::ExportConfig> config;  ///< its defaults
  bool dynamic = true;
  bool optimises = false;                       ///< its config has `optimize`
  std::string suite;                            ///< ports::ExporterCapabilities::suite
  std::vector<std::pair<std::string, std::string>> qualified_versions;  ///< by library
};

/// An exporter in another process: checkpoint folder or class -> artifact.
class WorkerExporter : public LivesInWorker<ports::Exporter> {
 public:
  WorkerExporter(WorkerExporterInfo info, std::shared_ptr<WorkerProgram> program);
  std::string_view Name() const override { return info_.name; }
  ports::ExporterCapabilities Capabilities() const override;
  std::unique_ptr<ports::ExportConfig> DefaultConfig() const override { return info_.config->Clone(); }
  std::vector<std::pair<std::string, std::string>> QualifiedVersions() const override {
    return info_.qualified_versions;
  }
  Result<ports::Artifact> ExportCheckpoint(const ports::ModelSource& source, const ports::ModelInputs& inputs,
                                           const ports::ExportConfig& config) const override;
  Result<ports::ModelInputs> PrepareInputs(const ports::ModelSource& source, const ports::ModelInputs& inputs,
                                           const ports::ExportConfig& config) const override;

  std::shared_ptr<WorkerProgram> program() const override { return program_; }
  std::shared_ptr<const ports::Exporter> In(std::shared_ptr<WorkerProgram> program) const override;

 private:
  WorkerMessage Request(const char* type, const ports::ModelSource& source, const ports::ModelInputs& inputs,
                        const ports::ExportConfig& config) const;
  const WorkerExporterInfo info_;
  const std::shared_ptr<WorkerProgram> program_;
};

}  // namespace conformance::engine
