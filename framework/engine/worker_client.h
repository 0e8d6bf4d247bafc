#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "framework/engine/worker_limits.h"
#include "framework/engine/worker_protocol.h"
#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// How workers are started and what they may use.
struct WorkerOptions {
  std::vector<std::string> command;                ///< {"/path/to/conformance", "worker"}
  std::map<std::string, std::string> environment;  ///< added to ours
  WorkerLimits limits;
};

/// A worker process that has said hello. Not thread safe: one owner at a time.
class Worker {
 public:
  /// Starts it and checks its hello. Errors: kUnavailable where the command cannot be run; kCrash, kTimeout, kCorrupt with the last
  /// lines of its standard error.
  static Result<std::unique_ptr<Worker>> Start(ports::ProcessLauncher& launcher,
                                               const WorkerOptions& options);
  ~Worker();

  /// One request and its answer. An error that the worker answered comes back as it was raised there. When the worker dies, hangs,
  /// talks garbage or takes more than its limits allow it is killed, `alive()` is false, and the error says how it ended, with the last
  /// lines of its standard error: kCrash with signal or exit code or what was wrong, kTimeout and kOutOfMemory with figure and limit.
  Result<WorkerMessage> Ask(const WorkerMessage& request);
  bool alive() const { return alive_; }
  const Json& hello() const { return hello_; }
  /// Ends it; may be called from any thread, also while another asks.
  void Kill() { process_->Kill(); }
  /// How many owners it has had before the present one.
  int64_t served = 0;

 private:
  Worker(std::unique_ptr<ports::Process> process, const WorkerLimits& limits);
  Error Died(Error error);
  std::unique_ptr<ports::Process> process_;
  WorkerLimits limits_;
  std::chrono::milliseconds timeout_;  ///< of the present request
  bool alive_ = true;
  Json hello_;
};

/// Workers that wait for their next owner. A session owns its worker alone, so that a crash costs that session; one that ends well
/// gives it back for the next. Usable from several threads.
class WorkerPool {
 public:
  WorkerPool(std::shared_ptr<ports::ProcessLauncher> launcher, WorkerOptions options);
  ~WorkerPool();
  /// One that waits, or (always with `fresh`) a new one. Errors: those of Worker::Start; kCancelled after Stop.
  Result<std::unique_ptr<Worker>> Take(bool fresh = false);
  /// `used`: it has done something since it was taken, and may have been broken by it.
  void Give(std::unique_ptr<Worker> worker, bool used = true);
  /// One request that needs no session. Where a worker that has had other owners before dies of it, it is asked once more in a fresh
  /// one: what an earlier owner broke is not this one's fault.
  Result<WorkerMessage> Ask(const WorkerMessage& request);
  /// Ends all, those that are owned too, and starts no more.
  void Stop();
  size_t started() const;  ///< how many processes there have been

 private:
  std::shared_ptr<ports::ProcessLauncher> launcher_;
  WorkerOptions options_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
  std::set<Worker*> owned_;
  bool stopped_ = false;
  size_t started_ = 0;
};

/// True where `error` may be an earlier owner's doing: the worker is dead of it and had been used before.
bool IsInnocent(const Error& error, const Worker& worker);

}  // namespace conformance::engine
