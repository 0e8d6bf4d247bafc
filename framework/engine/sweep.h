#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/engine/lists.h"
#include "framework/engine/plan.h"
#include "framework/engine/toolbox.h"
#include "framework/engine/worker_limits.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// How a sweep is asked to stop, by a signal handler or another thread.
class Cancellation {
 public:
  /// The first request lets running cells finish; the second ends workers at once and abandons what runs.
  void Request() { level_.fetch_add(1, std::memory_order_relaxed); }
  bool stopping() const { return level_.load(std::memory_order_relaxed) >= 1; }
  bool now() const { return level_.load(std::memory_order_relaxed) >= 2; }

 private:
  std::atomic<int> level_{0};
  static_assert(std::atomic<int>::is_always_lock_free);  // Request may be called from a signal handler
};

/// How backends are put into other processes.
struct IsolationOptions {
  bool all = false;  ///< --isolate: built-in backends too
  /// How to start a worker host that has the same toolbox: {"/path/to/conformance", "worker"}.
  std::vector<std::string> worker_command;
  WorkerLimits limits;  ///< of each worker, those of backends and exporters that have a command of their own too
};

struct SweepOptions {
  Selection selection;
  std::vector<DType> dtypes;         ///< empty: each case in its own, f32 where it can be had in any
  std::vector<ListEntry> lists;      ///< checked against the whole catalogue of `cases`, not the selection
  int threads = 0;                   ///< cells at once; 0: one a core
  uint64_t memory_bytes = 0;         ///< that cells may claim together; 0: three quarters of the machine's
  uint64_t seed = 0;
  int backend_threads = 1;           ///< inside one session
  bool optimize = true;              ///< of exporters and runtimes that have an optimiser
  std::map<std::string, Json, std::less<>> export_configs;   ///< by exporter: fields over its defaults
  std::map<std::string, Json, std::less<>> backend_options;  ///< by backend: SessionOptions::extra
  IsolationOptions isolation;
  std::filesystem::path run_dir;     ///< journal and artifacts; empty: no journal, artifacts in a temporary folder that goes
  bool resume = false;               ///< take what the journal in run_dir has; starts afresh where there is none
  std::shared_ptr<Cancellation> cancellation;  ///< may be null
  std::string command_line;          ///< as it was given, for the record
  std::vector<std::string> repeat_command = {"conformance", "run"};  ///< beginning of CellRecord::command
  std::string version;               ///< Conformance's own, for the record
};

/// Sees a sweep as it goes. Calls come one at a time, from any thread.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// Once, before the first cell: how many there are, and how many of them a resumed journal already has.
  virtual void OnStart(size_t cells, size_t resumed) { (void)cells, (void)resumed; }
  virtual void OnCellStart(const record::CellId& id) { (void)id; }
  /// As cells end, in whatever order.
  virtual void OnCellEnd(const record::CellRecord& cell, size_t done, size_t cells) { (void)cell, (void)done, (void)cells; }
  /// In the plan's order, each cell once, resumed ones included.
  virtual void OnResult(const record::CellRecord& cell) { (void)cell; }
};

/// Runs the selected cells of `cases` and returns the record, cells in the plan's order whatever the number of threads. Each verdict
/// is in the journal before it is reported. An interrupted sweep returns the cells that it has; `planned` says how many there were.
/// Errors are for a harness that cannot do its work: kInvalid where nothing is selected, an entry of a list matches nothing or the
/// toolbox is not whole; kInvalid for a journal of another plan, or one that is there without `resume`; kIo for one that cannot be
/// written.
Result<record::RunRecord> RunSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options, ProgressSink& progress);
Result<record::RunRecord> RunSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options);

/// The cells that RunSweep would run, in order; `conformance list cells`. Errors: as above.
Result<std::vector<PlannedCell>> PlanSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const SweepOptions& options);

/// SPEC C1. 0: all pass or as expected; 1: any other outcome, an unavailable backend that `selection` names, or an interrupted
/// sweep; 2: nothing was compared.
int ExitCode(const record::RunRecord& run, const Selection& selection);
/// For a sweep that could not run: usage, a broken harness.
inline constexpr int kExitBroken = 2;

}  // namespace conformance::engine
