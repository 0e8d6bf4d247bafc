#include "framework/engine/rerun.h"

#include <algorithm>
#include <string>

namespace conformance::engine {
namespace {

using record::CellRecord;
using record::Outcome;

constexpr const char* kRuns = "runs";

std::string Sentence(const CellRecord& cell) {
  std::string text = std::string(ToString(cell.outcome)) + " at " + std::string(ToString(cell.stage));
  return cell.reason.empty() ? text : text + ": " + cell.reason;
}

}  // namespace

bool OwesRerun(const CellRecord& cell) {
  if (cell.as_expected() || cell.facts.Has(kRuns)) return false;
  switch (cell.outcome) {
    case Outcome::kFail:
    case Outcome::kError:
    case Outcome::kCrash:
    case Outcome::kTimeout:
    case Outcome::kOutOfMemory:
    case Outcome::kMistrusted: return true;
    default: return false;
  }
}

CellRecord AfterReruns(CellRecord first, const std::vector<CellRecord>& again) {
  Json outcomes = Json::MakeArray();
  outcomes.Append(ToString(first.outcome));
  int64_t failed = 1;
  for (const CellRecord& cell : again) {
    outcomes.Append(ToString(cell.outcome));
    if (cell.outcome != Outcome::kPass) ++failed;
    const bool same = cell.outcome == first.outcome && cell.stage == first.stage && cell.reason == first.reason;
    const std::string note = "run again alone: " + Sentence(cell);
    if (!same && std::find(first.notes.begin(), first.notes.end(), note) == first.notes.end()) first.notes.push_back(note);
  }
  const auto count = static_cast<int64_t>(again.size()) + 1;
  Json runs = Json::MakeObject();
  runs["count"] = count;
  runs["failed"] = failed;
  runs["outcomes"] = std::move(outcomes);
  if (!first.facts.IsObject()) first.facts = Json::MakeObject();
  first.facts[kRuns] = std::move(runs);
  if (failed < count) {
    first.reason = "fails in " + std::to_string(failed) + " of " + std::to_string(count) + " runs with the same seed: " + Sentence(first);
    first.outcome = Outcome::kFlake;
  }
  return first;
}

}  // namespace conformance::engine
