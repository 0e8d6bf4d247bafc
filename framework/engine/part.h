#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/engine/history.h"
#include "framework/engine/plan.h"
#include "framework/engine/sweep.h"

namespace conformance::engine {

/// RunPlan::config of a sweep: whatever a verdict depends on beside its cell.
Json ConfigOf(const std::vector<PlannedCell>& plan, const SweepOptions& options);

/// Cells at once.
int Threads(const SweepOptions& options);

/// What a run does of its plan.
struct Part {
  std::vector<PlannedCell> cells;         ///< in the plan's order
  std::vector<std::string> fingerprints;  ///< likewise
  std::vector<size_t> order;              ///< places in `cells`, as they are to run; empty: as they stand
  std::vector<std::string> left_out;
  std::string division;                   ///< of the plan into shards
};

/// The shard's cells, and of these what the budget allows.
Part PartOf(const std::vector<PlannedCell>& plan, const SweepOptions& options, Fingerprints fingerprints);

/// Puts places of cells that are left in the order in which they are to start: the budget's where there is one; else the cases with the
/// longest cells first and in each the longest, so that no long one is left for the end, and that a case is let go early. Without a
/// history as they stand.
void Order(const Part& part, const History& history, std::vector<size_t>& left);

}  // namespace conformance::engine
