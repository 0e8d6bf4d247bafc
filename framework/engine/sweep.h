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
#include "framework/engine/history.h"
#include "framework/engine/lists.h"
#include "framework/engine/plan.h"
#include "framework/engine/shard.h"
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

/// When a cell is run again, observed, to judge every operator on the backend's own inputs (compare/local_lane.h).
enum class LocalLane : uint8_t {
  kNever,
  kOnFailure,  ///< to say where a cell that failed begins to diverge
  kAlways,     ///< part of the verdict: an operator over its bound fails the cell
};
std::string_view ToString(LocalLane lane);  ///< "outputs", "auto", "local": the words of --lanes

struct SweepOptions {
  Selection selection;
  std::vector<DType> dtypes;         ///< empty: each case in its own, f32 where it can be had in any
  std::vector<ListEntry> lists;      ///< checked against the whole catalogue of `cases`, not the selection
  int threads = 0;                   ///< cells at once; 0: one a core
  uint64_t memory_bytes = 0;         ///< that cells may claim together; 0: three quarters of the machine's
  uint64_t seed = 0;
  int backend_threads = 1;           ///< inside one session
  LocalLane local = LocalLane::kOnFailure;
  bool optimize = true;              ///< of exporters and runtimes that have an optimiser
  std::map<std::string, Json, std::less<>> export_configs;   ///< by exporter: fields over its defaults
  std::map<std::string, Json, std::less<>> backend_options;  ///< by backend: SessionOptions::extra
  IsolationOptions isolation;
  std::filesystem::path run_dir;     ///< journal and artifacts; empty: no journal, artifacts in a temporary folder that goes
  std::filesystem::path tensors;     ///< folder for what every comparison saw (stored_comparison.h); empty: it is not kept
  bool resume = false;               ///< take what the journal in run_dir has; starts afresh where there is none
  Shard shard;                       ///< the part of the plan that runs
  History history;                   ///< of earlier runs; all shards of a sweep need the same
  double budget_seconds = 0;         ///< run what tells most within so many seconds, as the history estimates; 0: everything
  int reruns = 0;                    ///< how often a cell that failed is run again alone, to tell a flake from a failure
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
  /// A cell that had failed, after it was run again: its verdict now.
  virtual void OnRerun(const record::CellRecord& cell) { (void)cell; }
};

/// Runs the selected cells of `cases` and returns the record, cells in the plan's order whatever the number of threads. Each verdict
/// is in the journal before it is reported. A sweep that is interrupted, or whose harness breaks on the way (a journal that cannot be
/// written any more, a full disk), returns the cells that it has, with `stopped` or `broken` set. A shard may have no cells at all.
/// Errors, before any cell: kInvalid where nothing is selected, an entry of a list matches nothing or the toolbox is not whole;
/// kInvalid for a journal of another plan, one that is in use, or one that is there without `resume`; kIo for one that cannot be
/// written.
Result<record::RunRecord> RunSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options, ProgressSink& progress);
Result<record::RunRecord> RunSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options);

/// The selected cells, in order, before shards and budgets; `conformance list cells`. Relations that were asked for and say nothing of a case
/// are no cells: `not_applicable` (may be null) gets a line for each, with the reason; RunSweep has them among its warnings. Errors: as above.
Result<std::vector<PlannedCell>> PlanSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const SweepOptions& options, std::vector<std::string>* not_applicable = nullptr);

/// SPEC C1. 0: all pass or as expected; 1: any other outcome, an unavailable backend that `selection` names, or a sweep that did not
/// come to its end; 2: the harness broke, or nothing was compared (of a shard alone that says nothing: its merged whole is asked).
/// Cells that a budget left out were not asked for: they are in the record by name and do not count.
int ExitCode(const record::RunRecord& run, const Selection& selection);
/// For a sweep that could not run: usage, a broken harness.
inline constexpr int kExitBroken = 2;

}  // namespace conformance::engine
