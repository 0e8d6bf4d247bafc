#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/worker_program.h"
#include "framework/ports/backend.h"

namespace conformance::engine {

/// What is known of a backend before its worker runs.
struct WorkerBackendInfo {
  std::string name;                  ///< here and in the worker's hello
  std::vector<std::string> formats;  ///< "pt2", "pte", …
  std::vector<DType> dtypes;         ///< of floating inputs; empty: any
  bool intermediates = false;        ///< the worker answers runs with "capture"
  std::string qualified_version;     ///< empty: any
};

/// A backend that always lives in a worker of its own command.
class WorkerBackend : public LivesInWorker<ports::Backend> {
 public:
  WorkerBackend(WorkerBackendInfo info, std::shared_ptr<WorkerProgram> program);
  std::string_view Name() const override { return info_.name; }
  ports::BackendCapabilities Capabilities() const override;
  /// As hello tells it; the first call starts a worker.
  Result<std::string> Version() const override { return program_->BackendVersion(info_.name); }
  std::string QualifiedVersion() const override { return info_.qualified_version; }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact,
                                                  const ports::SessionOptions& options) const override;

  std::shared_ptr<WorkerProgram> program() const override { return program_; }
  std::shared_ptr<const ports::Backend> In(std::shared_ptr<WorkerProgram> program) const override;

 private:
  const WorkerBackendInfo info_;
  const std::shared_ptr<WorkerProgram> program_;
};

/// A backend of this process behind workers that have it too: its name, capabilities and version, its sessions in other processes.
/// The artifact's handles stay behind; the worker opens its files.
std::shared_ptr<const ports::Backend> IsolatedBackend(std::shared_ptr<const ports::Backend> inner,
                                                      std::shared_ptr<WorkerProgram> program);

}  // namespace conformance::engine
