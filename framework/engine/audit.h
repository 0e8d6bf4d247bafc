#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/lists.h"
#include "framework/engine/sweep.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// What an audit says of one entry.
enum class EntryState : uint8_t {
  kHolds,           ///< every cell of it ended as it says
  kNoLongerHolds,   ///< every cell of it passes without it: it can go
  kTooWide,         ///< some of its cells pass without it
  kEndsOtherwise,   ///< a cell of it ended neither way: another outcome or stage than it names, or a failure that it does not excuse
  kNotAudited,      ///< a cell of it could not be run here, and the others hold
  kShadowed,        ///< another entry decides each of its cells
};
std::string_view ToString(EntryState state);  ///< "holds", "no longer holds", "too wide", "ends otherwise", "not audited", "shadowed"

struct AuditedEntry {
  ListEntry entry;
  EntryState state = EntryState::kNotAudited;
  int64_t cells = 0;      ///< that it decides
  int64_t holding = 0, passing = 0, otherwise = 0, not_run = 0;
  int64_t age_days = 0;   ///< since its date
  bool overdue = false;   ///< a skip whose date is older than the limit
  std::string text;       ///< the first cell that tells why it does not hold, with its reason
  /// Not a finding: it holds, and it is not overdue; or it could not be audited here and is not overdue.
  bool clean() const { return (state == EntryState::kHolds || state == EntryState::kNotAudited) && !overdue; }
};

/// Which cells an audit runs, and what of.
struct AuditOptions {
  SweepOptions sweep;           ///< its lists are audited; its selection is set by the audit
  int64_t max_age_days = 90;    ///< of skips (SPEC C3)
};

/// Runs every cell that an entry of the lists decides: those of `skip` entries as if they were not listed, the others as a sweep runs them,
/// each in a worker where `sweep.isolation.all` says so. Nothing but the cells of entries is run. Errors: as RunSweep; no error where the
/// lists are empty (nothing is run).
Result<std::vector<AuditedEntry>> RunAudit(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const AuditOptions& options, ProgressSink& progress);

/// The judgement alone: `planned` are the ids of all cells that were to be run, `run` holds those that were. `today`: "2026-11-27…".
std::vector<AuditedEntry> JudgeEntries(const std::vector<ListEntry>& entries, const std::vector<std::string>& planned,
                                       const record::RunRecord& run, std::string_view today, int64_t max_age_days);

/// Rewrites the files of the audited entries in place: those that no longer hold go, those that hold get the date `today`; every other byte stays.
/// Returns what was written, one line a file. Errors: kInvalid for a file that has changed since it was read; kIo.
Result<std::vector<std::string>> WriteAudit(const std::vector<AuditedEntry>& audited, std::string_view today);

}  // namespace conformance::engine
