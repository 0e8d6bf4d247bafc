#include "reports/diff/diff.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;

constexpr std::array<std::string_view, 9> kNames = {"new",   "flaky",  "not run", "gone",   "still failing",
                                                    "fixed", "slower", "added",   "dropped"};

/// Neither passed nor failed: nothing is known of it.
bool Unknown(const CellRecord& cell) {
  return cell.outcome == Outcome::kUnavailable || (cell.outcome == Outcome::kSkip && cell.as_expected());
}
bool Fails(const CellRecord& cell) { return !Unknown(cell) && !cell.as_expected(); }

std::optional<Change> ChangeOf(const CellRecord* before, const CellRecord& after) {
  if (Unknown(after)) {
    if (!before || Unknown(*before)) return std::nullopt;
    return Fails(*before) ? Change::kStillFailing : Change::kNotRun;  // a failure that is not run is not mended
  }
  if (Fails(after)) {
    if (before && Fails(*before)) {
      return after.outcome == Outcome::kFlake && before->outcome != Outcome::kFlake ? Change::kFlaky : Change::kStillFailing;
    }
    return after.outcome == Outcome::kFlake ? Change::kFlaky : Change::kNew;
  }
  if (!before) return Change::kAdded;
  return Fails(*before) ? std::optional(Change::kFixed) : std::nullopt;
}

CellChange Describe(Change change, const CellRecord* before, const CellRecord* after) {
  CellChange row;
  row.change = change;
  const CellRecord& last = after ? *after : *before;
  row.cell = last.id.ToString();
  row.command = last.command;
  row.reason = last.reason;
  if (row.reason.empty() && before) row.reason = before->reason;
  if (before) {
    row.before = before->shown_word();
    row.seconds_before = before->seconds;
  }
  if (after) {
    row.after = after->shown_word();
    row.seconds_after = after->seconds;
  }
  return row;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

struct Pair {
  const CellRecord* before;
  const CellRecord* after;
};

/// Cells of `pairs` that are slower; sets the median ratio.
std::vector<Pair> Slower(const std::vector<Pair>& pairs, const NoiseRule& noise, double& median_ratio) {
  std::vector<double> logs;
  for (const Pair& pair : pairs) logs.push_back(std::log(pair.after->seconds / pair.before->seconds));
  if (logs.size() < noise.least_cells) return {};
  const double median = Median(logs);
  median_ratio = std::exp(median);
  std::vector<double> deviations;
  for (const double value : logs) deviations.push_back(std::fabs(value - median));
  const double spread = 1.4826 * Median(deviations);
  std::vector<Pair> slower;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const double excess = pairs[i].after->seconds - pairs[i].before->seconds * median_ratio;
    if (logs[i] - median > std::max(noise.spreads * spread, std::log(noise.least_factor)) && excess > noise.least_seconds) {
      slower.push_back(pairs[i]);
    }
  }
  return slower;
}

/// Cells of the earlier run that the later one does not have: those that its budget left out, that it had no time for, and that are gone.
void AddAbsent(const record::RunRecord& earlier, const record::RunRecord& later, const std::map<record::CellId, const CellRecord*>& absent,
               Difference& difference) {
  const std::set<std::string> left_out(later.left_out.begin(), later.left_out.end());
  const std::set<std::string> planned(later.plan.cells.begin(), later.plan.cells.end());
  for (const CellRecord& cell : earlier.cells) {
    if (!absent.contains(cell.id) || Unknown(cell)) continue;
    const std::string id = cell.id.ToString();
    if (left_out.contains(id)) {
      ++difference.left_out;
    } else if (planned.contains(id)) {
      difference.changes.push_back(Describe(Fails(cell) ? Change::kStillFailing : Change::kNotRun, &cell, nullptr));
    } else {
      difference.changes.push_back(Describe(Fails(cell) ? Change::kDropped : Change::kGone, &cell, nullptr));
    }
  }
}

std::string Line(const CellChange& row) {
  std::string text = "  " + row.cell;
  if (row.change == Change::kSlower) {
    char times[64];
    std::snprintf(times, sizeof times, "  %.2f s, was %.2f s", row.seconds_after, row.seconds_before);
    return text + times + "\n";
  }
  if (!row.before.empty() && !row.after.empty()) text += "  " + row.before + (row.before == row.after ? "" : " → " + row.after);
  else if (!row.after.empty()) text += "  " + row.after;
  else text += "  was " + row.before;
  text += "\n";
  if (row.change == Change::kFixed || row.change == Change::kAdded || row.change == Change::kDropped) return text;
  if (!row.reason.empty()) text += "      " + row.reason + "\n";
  if (!row.command.empty()) text += "      repeat: " + row.command + "\n";
  return text;
}

}  // namespace

std::string_view ToString(Change change) { return kNames[static_cast<size_t>(change)]; }

bool IsWorse(Change change) { return change <= Change::kGone; }

bool Difference::worse() const {
  return std::ranges::any_of(changes, [](const CellChange& row) { return IsWorse(row.change); });
}

int64_t Difference::Count(Change change) const { return std::ranges::count(changes, change, &CellChange::change); }

Difference Compare(const record::RunRecord& earlier, const record::RunRecord& later, bool whole, const NoiseRule& noise) {
  Difference difference;
  std::map<record::CellId, const CellRecord*> before;
  for (const CellRecord& cell : earlier.cells) before[cell.id] = &cell;
  std::vector<Pair> timed;
  for (const CellRecord& cell : later.cells) {
    const auto found = before.find(cell.id);
    const CellRecord* old = found == before.end() ? nullptr : found->second;
    if (found != before.end()) before.erase(found);
    if (const auto change = ChangeOf(old, cell)) {
      difference.changes.push_back(Describe(*change, old, &cell));
    } else {
      ++difference.unchanged;
    }
    const bool ran = old && !Fails(*old) && !Fails(cell) && !Unknown(*old) && !Unknown(cell);
    if (ran && old->seconds > 0 && cell.seconds > 0) timed.push_back({old, &cell});
  }
  for (const Pair& pair : Slower(timed, noise, difference.median_ratio)) {
    difference.changes.push_back(Describe(Change::kSlower, pair.before, pair.after));
    --difference.unchanged;
  }
  if (whole && later.plan.shards == 1) AddAbsent(earlier, later, before, difference);
  std::ranges::stable_sort(difference.changes, {}, &CellChange::change);
  return difference;
}

std::string DifferenceText(const Difference& difference) {
  std::string text, counts;
  for (size_t i = 0; i < kNames.size(); ++i) {
    const auto change = static_cast<Change>(i);
    const int64_t count = difference.Count(change);
    if (count == 0) continue;
    text += std::string(kNames[i]) + ": " + std::to_string(count) + "\n";
    for (const CellChange& row : difference.changes) {
      if (row.change == change) text += Line(row);
    }
    counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(kNames[i]);
  }
  counts += (counts.empty() ? "" : ", ") + std::to_string(difference.unchanged) + " unchanged";
  if (difference.left_out > 0) counts += ", " + std::to_string(difference.left_out) + " left out by the budget";
  if (std::fabs(difference.median_ratio - 1) >= 0.1) {
    char ratio[64];
    std::snprintf(ratio, sizeof ratio, " (all cells took %.2f times as long)", difference.median_ratio);
    counts += ratio;
  }
  return text + counts + "\n";
}

Json DifferenceJson(const Difference& difference) {
  Json json = Json::MakeObject();
  json["worse"] = difference.worse();
  Json counts = Json::MakeObject();
  for (size_t i = 0; i < kNames.size(); ++i) counts[kNames[i]] = difference.Count(static_cast<Change>(i));
  counts["unchanged"] = difference.unchanged;
  counts["left out"] = difference.left_out;
  json["counts"] = std::move(counts);
  json["median_ratio"] = difference.median_ratio;
  Json rows = Json::MakeArray();
  for (const CellChange& change : difference.changes) {
    Json row = Json::MakeObject();
    row["change"] = ToString(change.change);
    row["cell"] = change.cell;
    row["before"] = change.before.empty() ? Json() : Json(change.before);
    row["after"] = change.after.empty() ? Json() : Json(change.after);
    row["reason"] = change.reason;
    row["command"] = change.command;
    row["seconds_before"] = change.seconds_before;
    row["seconds_after"] = change.seconds_after;
    rows.Append(std::move(row));
  }
  json["changes"] = std::move(rows);
  return json;
}

}  // namespace conformance::reports
