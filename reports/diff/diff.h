#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/record/record.h"

namespace conformance::reports {

/// What became of a cell from one run to a later one. "Fails" means: not as expected (a pass, or what a list says, is as expected).
enum class Change : uint8_t {
  kNew,           ///< fails now; before it was as expected, or not there
  kFlaky,         ///< a flake now, and none before
  kNotRun,        ///< was as expected and is unavailable, skipped or planned and not run now
  kGone,          ///< was as expected and is in the plan no more
  kStillFailing,  ///< fails in both runs
  kFixed,         ///< failed before, as expected now
  kSlower,        ///< as expected in both, and slower than the noise between them explains
  kAdded,         ///< not there before, as expected now
  kDropped,       ///< failed before, and is in the plan no more
};
std::string_view ToString(Change change);  ///< "new", "flaky", "not run", "gone", "still failing", "fixed", "slower", "added", "dropped"
/// Whether the change is for the worse: new, flaky, not run, gone. A slower cell is not wrong.
bool IsWorse(Change change);

struct CellChange {
  Change change = Change::kNew;
  std::string cell;     ///< id
  std::string before;   ///< shown word, or empty where the cell was not there
  std::string after;
  std::string reason;   ///< of the later run, else of the earlier
  std::string command;  ///< that repeats the cell
  double seconds_before = 0, seconds_after = 0;
};

/// The rule for slower: a cell's ratio of times is held against the median ratio of all cells that are in both runs (so that a slower
/// machine makes no cell slower), and must leave it by `spreads` times the spread of those ratios (1.4826 × their median absolute
/// deviation, on a logarithmic scale), by the factor `least_factor`, and by `least_seconds`. With fewer than `least_cells` cells in common nothing is said.
struct NoiseRule {
  double spreads = 5;
  double least_factor = 1.5;
  double least_seconds = 0.1;
  size_t least_cells = 8;
};

struct Difference {
  std::vector<CellChange> changes;  ///< by kind in the order above, then in the later run's order
  int64_t unchanged = 0;            ///< cells as expected in both, and not slower
  int64_t left_out = 0;             ///< cells that a budget left out of the later run: nothing is known of them
  double median_ratio = 1;          ///< of times, later over earlier; 1 where too few cells are in both
  bool worse() const;
  int64_t Count(Change change) const;
};

/// `later` against `earlier`. `whole`: both runs claim the same catalogue, so that a cell that is not in `later`'s plan is gone, and one that is
/// but was not run counts as not run; else cells of `earlier` that `later` does not have are left aside (a selection or a shard was run).
Difference Compare(const record::RunRecord& earlier, const record::RunRecord& later, bool whole, const NoiseRule& noise = {});

/// One paragraph a kind, each cell with cause and command; the counts last.
std::string DifferenceText(const Difference& difference);
Json DifferenceJson(const Difference& difference);

}  // namespace conformance::reports
