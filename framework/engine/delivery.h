#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/journal.h"
#include "framework/engine/plan.h"
#include "framework/engine/sweep.h"
#include "framework/ports/clock.h"

namespace conformance::engine {

/// Takes verdicts as cells end: into the journal first, then to whoever looks on, and on in the plan's order. A journal that cannot be
/// written ends the sweep; verdicts that were on their way are kept here all the same.
class Delivery {
 public:
  /// `journal` may be null. `seconds_before`: what earlier sessions took.
  Delivery(const std::vector<PlannedCell>& plan, Journal* journal, const ports::Clock& clock, double seconds_before,
           ProgressSink& progress);

  /// Counts what a journal has; returns the places in the plan that are left. Called once, before the others.
  std::vector<size_t> Resume(std::vector<record::CellRecord> earlier);
  void Start(const record::CellId& id);
  /// The verdict of the cell at `place`.
  void Finish(size_t place, record::CellRecord record);
  /// Another verdict in place of that of a cell that is finished: it was run again.
  void Replace(size_t place, record::CellRecord record);
  /// The verdict that there is, or null. Not while others finish cells.
  const record::CellRecord* Record(size_t place) const { return records_[place] ? &*records_[place] : nullptr; }
  /// Nothing more is to be started, for this reason. The first counts.
  void Fail(Error error);
  bool failed() const;
  /// Of all sessions together.
  double Seconds() const;
  /// Those that there are, in the plan's order, and what went wrong.
  std::vector<record::CellRecord> TakeRecords();
  Status status() const;

 private:
  void Keep(const record::CellRecord& record);  // in the journal
  void Advance();  // the lock is held

  const std::vector<PlannedCell>& plan_;
  Journal* const journal_;
  const ports::Clock& clock_;
  const double seconds_before_;
  const std::chrono::steady_clock::time_point begin_;
  ProgressSink& progress_;
  mutable std::mutex mutex_;
  std::vector<std::optional<record::CellRecord>> records_;
  size_t done_ = 0;
  size_t next_ = 0;  // first in the plan's order that was not handed on
  Status status_;
};

}  // namespace conformance::engine
