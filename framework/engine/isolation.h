#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/plan.h"
#include "framework/engine/sweep.h"
#include "framework/engine/toolbox.h"
#include "framework/engine/worker_program.h"

namespace conformance::engine {

/// A sweep's own toolbox: what lives in workers is put into the sweep's workers, under the sweep's limits, one set of workers for each
/// command; with --isolate the backends of this process as well. Ends the workers when the sweep is to stop at once, and at its own end.
class Isolation {
 public:
  /// Errors: kInvalid where --isolate is asked for and no worker command is known.
  static Result<std::unique_ptr<Isolation>> Make(const Toolbox& toolbox, const SweepOptions& options);
  ~Isolation();

  /// What `plan` will need, while this process is still small. Errors: those of the launcher.
  Status Begin(const std::vector<PlannedCell>& plan);

  const Toolbox& toolbox() const { return toolbox_; }
  /// A planned cell has its program run in a worker: exporter `none` must leave a file.
  bool writes_programs() const { return writes_programs_; }

 private:
  Isolation(const Toolbox& toolbox, const SweepOptions& options);
  template <typename Port>
  void Rehouse(Table<const Port>& table, const WorkerLimits& limits);
  std::shared_ptr<WorkerProgram> HouseFor(const std::shared_ptr<WorkerProgram>& program,
                                          const WorkerLimits& limits);
  void IsolateBackends(const IsolationOptions& options);
  void Watch(const Cancellation& cancellation);

  Toolbox toolbox_;
  const bool isolates_all_;
  bool writes_programs_ = false;
  std::vector<std::pair<std::shared_ptr<WorkerProgram>, std::shared_ptr<WorkerProgram>>>
      programs_;  ///< the given one, the sweep's
  const std::shared_ptr<Cancellation> cancellation_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread watcher_;  ///< for "stop now" while workers are at work
};

}  // namespace conformance::engine
