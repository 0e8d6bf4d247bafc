#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/engine/worker_client.h"
#include "framework/engine/worker_limits.h"
#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// A program that speaks docs/worker_protocol.md, and how to come by it.
struct WorkerCommand {
  std::string name;  ///< for messages: "pytorch"
  std::vector<std::string>
      argv;  ///< {"/…/bin/python3", "/…/pytorch_worker.py"}; argv[0] is a path or found in PATH
  std::map<std::string, std::string> environment;  ///< added to ours
  std::string how_to_add;  ///< the command that installs it: "tools/setup --with pytorch"
};

/// A command and the workers that run it. The backend, the exporter and the reference of one command share one of these, and so its
/// workers. Workers start when they are first needed. Usable from several threads.
class WorkerProgram {
 public:
  /// `launcher`: null for one of its own.
  explicit WorkerProgram(WorkerCommand command, std::shared_ptr<ports::ProcessLauncher> launcher = nullptr,
                         WorkerLimits limits = {});

  const WorkerCommand& command() const { return command_; }
  WorkerPool& pool() { return pool_; }
  /// The same command with new workers.
  std::shared_ptr<WorkerProgram> With(std::shared_ptr<ports::ProcessLauncher> launcher,
                                      const WorkerLimits& limits) const;

  /// What its workers say of themselves; the first call starts one, which then waits for work. Errors: kUnavailable with `how_to_add`
  /// where the command cannot be run; else those of Worker::Start.
  Result<Json> Hello();
  /// Version of `backend` as hello tells it; "unknown" where it tells none. Errors: those of Hello; kUnavailable with `how_to_add` where
  /// the worker says that it lacks what the backend needs; kNotFound where it knows no such backend.
  Result<std::string> BackendVersion(std::string_view backend) { return VersionOf("backends", "backend", backend); }
  /// The same of a reference.
  Result<std::string> ReferenceVersion(std::string_view reference) { return VersionOf("references", "reference", reference); }

 private:
  Result<std::string> VersionOf(std::string_view list, std::string_view what, std::string_view name);
  Error NotThere(std::string message) const;

  const WorkerCommand command_;
  WorkerPool pool_;
  std::mutex mutex_;
  std::optional<Result<Json>> hello_;
  int failures_ = 0;
};

/// Something that lives in a worker of its own command: a sweep puts it into workers of the sweep, under the sweep's limits.
template <typename Port>
class LivesInWorker : public Port {
 public:
  virtual std::shared_ptr<WorkerProgram> program() const = 0;
  /// The same in other workers.
  virtual std::shared_ptr<const Port> In(std::shared_ptr<WorkerProgram> program) const = 0;
};

}  // namespace conformance::engine
