#include "framework/engine/run_folder.h"

#include <map>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/journal.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

constexpr uint64_t kLargestRecord = uint64_t{8} << 30;

record::RunRecord ToRecord(JournalContents contents) {
  record::RunRecord run;
  run.version = contents.header.version;
  run.versions = std::move(contents.session.versions);
  if (const Json* seed = contents.header.plan.config.Find("seed"); seed && seed->IsInt()) run.seed = static_cast<uint64_t>(seed->AsInt());
  run.started = contents.header.started;
  run.seconds = contents.seconds;
  run.command_line = contents.session.command_line;
  run.planned = contents.header.planned;
  run.plan = std::move(contents.header.plan);
  run.budget_seconds = contents.header.budget_seconds;
  run.left_out = std::move(contents.header.left_out);
  run.lists = std::move(contents.session.lists);
  run.warnings = std::move(contents.warnings);
  run.warnings.insert(run.warnings.end(), contents.session.warnings.begin(), contents.session.warnings.end());
  std::map<std::string, record::CellRecord> cells;
  for (auto& cell : contents.cells) {
    std::string id = cell.id.ToString();
    cells.insert_or_assign(std::move(id), std::move(cell));
  }
  for (const std::string& id : run.plan.cells) {
    if (const auto cell = cells.find(id); cell != cells.end()) run.cells.push_back(std::move(cell->second));
  }
  return run;
}

/// Nothing where the journal has no header yet.
Status AddJournal(const std::filesystem::path& file, std::vector<NamedRun>& runs) {
  CONFORMANCE_TRY(const std::string text, formats::ReadFileText(file, kLargestRecord));
  CONFORMANCE_TRY(JournalContents contents, ParseJournal(text, file.string()));
  if (contents.header.journal != 0) runs.push_back({file.string(), ToRecord(std::move(contents))});
  return Ok();
}

Status AddRecord(const std::filesystem::path& file, std::vector<NamedRun>& runs) {
  CONFORMANCE_TRY(const Json json, formats::ReadJson(file));
  auto run = record::RunRecord::FromJson(json);
  if (!run.ok()) return std::move(run).error().With("file", file.string());
  runs.push_back({file.string(), *std::move(run)});
  return Ok();
}

}  // namespace

Result<std::vector<NamedRun>> ReadRuns(const std::filesystem::path& path) {
  std::vector<NamedRun> runs;
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    if (path.extension() == ".jsonl") CONFORMANCE_RETURN_IF_ERROR(AddJournal(path, runs));
    else CONFORMANCE_RETURN_IF_ERROR(AddRecord(path, runs));
    if (runs.empty()) return NotFound("a journal without a whole header: its run was stopped before it began").With("file", path.string());
    return runs;
  }
  CONFORMANCE_TRY(const auto journals, JournalsIn(path));
  for (const auto& file : journals) CONFORMANCE_RETURN_IF_ERROR(AddJournal(file, runs));
  if (!runs.empty()) return runs;
  const auto report = path / "report.json";
  if (std::filesystem::exists(report, error)) CONFORMANCE_RETURN_IF_ERROR(AddRecord(report, runs));
  if (runs.empty()) {
    return NotFound("the folder has nothing of a run").With("folder", path.string()).With("wanted", "journal*.jsonl or report.json");
  }
  return runs;
}

}  // namespace conformance::engine
