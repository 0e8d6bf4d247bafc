#include "framework/engine/audit.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "framework/base/date.h"
#include "framework/base/strings.h"
#include "framework/engine/lists_edit.h"
#include "framework/formats/file.h"

namespace conformance::engine {
namespace {

using record::CellRecord;
using record::Outcome;

constexpr std::array<std::string_view, 6> kStates = {"holds",         "no longer holds", "too wide",
                                                     "ends otherwise", "not audited",     "shadowed"};

enum class CellState : uint8_t { kHolds, kPasses, kOtherwise, kNotRun };

/// How a cell speaks for the entry that decided it. A skip's cell was run without it.
CellState StateOf(ListKind kind, const CellRecord& cell) {
  if (cell.outcome == Outcome::kUnavailable || cell.outcome == Outcome::kSkip) return CellState::kNotRun;
  const bool pass = cell.outcome == Outcome::kPass;
  switch (kind) {
    case ListKind::kSkip: return pass ? CellState::kPasses : CellState::kHolds;
    case ListKind::kExpectedFail:
      if (pass) return CellState::kPasses;
      return cell.unexpected ? CellState::kOtherwise : CellState::kHolds;
    case ListKind::kDisableOptimize:
    case ListKind::kTolerance:
      if (!pass) return CellState::kOtherwise;
      return cell.unexpected ? CellState::kPasses : CellState::kHolds;
  }
  return CellState::kOtherwise;
}

/// The entry that decides a cell of a sweep without skips; the order is the sweep's.
const ListEntry* Decides(const Lists& lists, std::string_view id) {
  for (const ListKind kind : {ListKind::kExpectedFail, ListKind::kDisableOptimize, ListKind::kTolerance}) {
    if (const ListEntry* entry = lists.Find(kind, id)) return entry;
  }
  return nullptr;
}

EntryState Sum(const AuditedEntry& audited) {
  if (audited.cells == 0) return EntryState::kShadowed;
  if (audited.otherwise > 0) return EntryState::kEndsOtherwise;
  if (audited.passing > 0 && audited.holding > 0) return EntryState::kTooWide;
  if (audited.not_run > 0) return audited.passing > 0 ? EntryState::kTooWide : EntryState::kNotAudited;
  return audited.passing > 0 ? EntryState::kNoLongerHolds : EntryState::kHolds;
}

void Count(const CellRecord* cell, const std::string& id, AuditedEntry& audited) {
  ++audited.cells;
  const CellState state = cell ? StateOf(audited.entry.kind, *cell) : CellState::kNotRun;
  int64_t& count = state == CellState::kHolds      ? audited.holding
                   : state == CellState::kPasses   ? audited.passing
                   : state == CellState::kOtherwise ? audited.otherwise
                                                    : audited.not_run;
  // The cell that decides the state: one that ended otherwise, else one that passes, else one that was not run.
  const bool first = ++count == 1;
  const bool tells = first && (state == CellState::kOtherwise || (state == CellState::kPasses && audited.otherwise == 0) ||
                               (state == CellState::kNotRun && audited.otherwise == 0 && audited.passing == 0));
  if (!tells) return;
  audited.text = id + ": " + (cell ? cell->shown_word() : "not run");
  if (cell && !cell->reason.empty()) audited.text += ": " + cell->reason;
}

std::vector<ListEntry> WithoutSkips(const std::vector<ListEntry>& entries) {
  std::vector<ListEntry> rest;
  for (const ListEntry& entry : entries) {
    if (entry.kind != ListKind::kSkip) rest.push_back(entry);
  }
  return rest;
}

}  // namespace

std::string_view ToString(EntryState state) { return kStates[static_cast<size_t>(state)]; }

std::vector<AuditedEntry> JudgeEntries(const std::vector<ListEntry>& entries, const std::vector<std::string>& planned,
                                       const record::RunRecord& run, std::string_view today, int64_t max_age_days) {
  std::map<std::string, const CellRecord*> cells;
  for (const CellRecord& cell : run.cells) cells[cell.id.ToString()] = &cell;
  const Lists all(entries);
  std::vector<AuditedEntry> audited;
  for (const ListEntry& entry : all.entries()) {
    AuditedEntry& row = audited.emplace_back();
    row.entry = entry;
    const auto now = DayNumber(today), then = DayNumber(entry.date);
    if (now && then) row.age_days = *now - *then;
    row.overdue = entry.kind == ListKind::kSkip && row.age_days > max_age_days;
  }
  for (const std::string& id : planned) {
    const auto found = cells.find(id);
    for (const ListEntry* entry : {all.Find(ListKind::kSkip, id), Decides(all, id)}) {
      if (entry) Count(found == cells.end() ? nullptr : found->second, id, audited[static_cast<size_t>(entry - all.entries().data())]);
    }
  }
  for (AuditedEntry& row : audited) row.state = Sum(row);
  return audited;
}

Result<std::vector<AuditedEntry>> RunAudit(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const AuditOptions& options, ProgressSink& progress) {
  if (options.sweep.lists.empty()) return std::vector<AuditedEntry>();
  SweepOptions sweep = options.sweep;
  sweep.selection = {};
  for (const ListEntry& entry : sweep.lists) sweep.selection.filters.push_back(entry.pattern);
  // With all lists first: an entry that matches nothing is an error here as everywhere.
  CONFORMANCE_TRY(const auto plan, PlanSweep(toolbox, cases, sweep));
  std::vector<std::string> planned;
  for (const PlannedCell& cell : plan) planned.push_back(cell.id.ToString());
  sweep.lists = WithoutSkips(options.sweep.lists);
  CONFORMANCE_TRY(const record::RunRecord run, RunSweep(toolbox, cases, sweep, progress));
  return JudgeEntries(options.sweep.lists, planned, run, toolbox.clock->WallTime(), options.max_age_days);
}

Result<std::vector<std::string>> WriteAudit(const std::vector<AuditedEntry>& audited, std::string_view today) {
  const std::string day(today.substr(0, 10));
  std::map<std::filesystem::path, ListEdit> edits;
  for (const AuditedEntry& row : audited) {
    if (row.entry.file.empty()) continue;
    if (row.state == EntryState::kNoLongerHolds) edits[row.entry.file].removed.insert(row.entry.index);
    else if (row.state == EntryState::kHolds && row.entry.date != day) edits[row.entry.file].dates[row.entry.index] = day;
  }
  // All are looked at before the first is written.
  std::map<std::filesystem::path, std::string> texts;
  for (const auto& [file, edit] : edits) {
    CONFORMANCE_TRY(const std::string text, formats::ReadFileText(file));
    CONFORMANCE_TRY(const auto now, ReadList(file));
    for (const AuditedEntry& row : audited) {
      if (row.entry.file != file) continue;
      if (row.entry.index < now.size() && now[row.entry.index].id == row.entry.id && now[row.entry.index].date == row.entry.date) continue;
      return Invalid("the list has changed while it was audited; nothing was written").With("file", file.string());
    }
    CONFORMANCE_TRY(texts[file], EditList(text, edit, file.string()));
  }
  std::vector<std::string> written;
  for (const auto& [file, edit] : edits) {
    CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(file, texts[file]));
    written.push_back(file.string() + ": " + std::to_string(edit.removed.size()) + " removed, " + std::to_string(edit.dates.size()) +
                      " dated " + day);
  }
  return written;
}

}  // namespace conformance::engine
