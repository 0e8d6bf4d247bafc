#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/cell.h"
#include "framework/engine/plan.h"
#include "framework/engine/worker_client.h"
#include "framework/ports/exporter.h"

namespace conformance::engine {

/// An exporter in another process: checkpoint folder -> artifact.
class WorkerExporter : public ports::Exporter {
 public:
  /// `config`: its defaults; cloned.
  WorkerExporter(std::string name, std::string format, std::unique_ptr<ports::ExportConfig> config, std::shared_ptr<WorkerPool> pool);
  std::string_view Name() const override { return name_; }
  ports::ExporterCapabilities Capabilities() const override;
  std::unique_ptr<ports::ExportConfig> DefaultConfig() const override { return config_->Clone(); }
  Result<ports::Artifact> ExportCheckpoint(const std::filesystem::path& folder, const ports::ModelInputs& inputs,
                                           const ports::ExportConfig& config) const override;

 private:
  const std::string name_;
  const std::string format_;
  const std::unique_ptr<ports::ExportConfig> config_;
  const std::shared_ptr<WorkerPool> pool_;
};

/// Workers of a sweep's isolated backends; ends them when the sweep is to stop at once.
class Isolation {
 public:
  virtual ~Isolation() = default;
};

/// Fills `context.backends`: with --isolate those of this process behind workers, else as they are.
/// Errors: kInvalid where no worker command is known.
Result<std::unique_ptr<Isolation>> IsolateBackends(const std::vector<PlannedCell>& plan, SweepContext& context);

}  // namespace conformance::engine
