#include "framework/engine/merge.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/same_plan.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

using record::CellRecord;
using record::RunRecord;

/// What differs between two runs that are to be one.
std::vector<std::string> Differences(const RunRecord& there, const RunRecord& here) {
  std::vector<std::string> texts = PlanDifferences(there.plan, here.plan);
  const auto compare = [&](const std::string& name, const std::string& a, const std::string& b) {
    if (a != b) texts.push_back("'" + name + "' is " + a + " there, " + b + " here");
  };
  compare("version", there.version, here.version);
  compare("seed", std::to_string(there.seed), std::to_string(here.seed));
  for (const auto& [name, version] : there.versions) {
    if (const auto other = here.versions.find(name); other != here.versions.end()) compare(name, version, other->second);
  }
  return texts;
}

Status CheckAlike(const std::vector<NamedRun>& runs) {
  for (const NamedRun& run : runs) {
    if (run.run.plan.hash.empty()) {
      return Invalid("a record that tells nothing of its plan cannot be merged").With("file", run.name);
    }
    const auto differences = Differences(runs.front().run, run.run);
    if (differences.empty()) continue;
    return Invalid("these are not of one sweep: " + Join(differences, "; ")).With("there", runs.front().name).With("here", run.name);
  }
  return Ok();
}

/// An order that depends on what the records say alone.
void Sort(std::vector<NamedRun>& runs) {
  std::sort(runs.begin(), runs.end(), [](const NamedRun& a, const NamedRun& b) {
    const auto key = [](const RunRecord& run) { return std::tie(run.plan.shard, run.started, run.command_line); };
    return key(a.run) < key(b.run);
  });
}

/// The newer verdict; of two of one time the one whose text comes later.
bool Wins(const std::string& started, const CellRecord& cell, const std::string& other_started, const CellRecord& other) {
  if (started != other_started) return started > other_started;
  return formats::WriteJson(cell.ToJson()) > formats::WriteJson(other.ToJson());
}

void AddOnce(std::vector<std::string>& texts, const std::string& text) {
  if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

}  // namespace

Result<RunRecord> MergeRuns(std::vector<NamedRun> runs) {
  if (runs.empty()) return Invalid("there is nothing to merge");
  CONFORMANCE_RETURN_IF_ERROR(CheckAlike(runs));
  Sort(runs);

  RunRecord whole;
  const RunRecord& first = runs.front().run;
  whole.version = first.version;
  whole.seed = first.seed;
  whole.command_line = first.command_line;
  whole.started = first.started;
  whole.lists = first.lists;  // the plan's config has their hash
  whole.plan = first.plan;
  whole.plan.shard = 0;
  whole.plan.shards = 1;
  whole.plan.division.clear();

  struct Found {
    std::string started;
    CellRecord cell;
  };
  std::map<std::string, Found> found;
  std::set<std::string> left_out;
  std::vector<std::string> stopped;
  for (NamedRun& named : runs) {
    RunRecord& run = named.run;
    whole.started = std::min(whole.started, run.started);
    whole.seconds += run.seconds;
    whole.versions.insert(run.versions.begin(), run.versions.end());
    whole.budget_seconds = std::max(whole.budget_seconds, run.budget_seconds);
    left_out.insert(run.left_out.begin(), run.left_out.end());
    for (const std::string& warning : run.warnings) AddOnce(whole.warnings, warning);
    AddOnce(stopped, run.broken);
    AddOnce(stopped, run.stopped);
    for (CellRecord& cell : run.cells) {
      const std::string id = cell.id.ToString();
      const auto place = found.find(id);
      if (place == found.end()) found.emplace(id, Found{run.started, std::move(cell)});
      else if (Wins(run.started, cell, place->second.started, place->second.cell)) place->second = {run.started, std::move(cell)};
    }
  }
  for (const std::string& id : whole.plan.cells) {
    if (const auto cell = found.find(id); cell != found.end()) whole.cells.push_back(std::move(cell->second.cell));
    else if (left_out.contains(id)) whole.left_out.push_back(id);
  }
  if (whole.left_out.empty()) whole.budget_seconds = 0;
  whole.planned = static_cast<int64_t>(whole.plan.cells.size() - whole.left_out.size());
  if (whole.cells.size() < static_cast<size_t>(whole.planned)) whole.stopped = Join(stopped, "; ");
  return whole;
}

}  // namespace conformance::engine
