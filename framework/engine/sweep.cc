#include "framework/engine/sweep.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/artifacts_folder.h"
#include "framework/engine/cell.h"
#include "framework/engine/delivery.h"
#include "framework/engine/guarded.h"
#include "framework/engine/isolation.h"
#include "framework/engine/journal.h"
#include "framework/engine/judge.h"
#include "framework/engine/part.h"
#include "framework/engine/process_memory.h"
#include "framework/engine/queue.h"
#include "framework/engine/rerun.h"

namespace conformance::engine {

std::string_view ToString(LocalLane lane) {
  return lane == LocalLane::kNever ? "outputs" : lane == LocalLane::kAlways ? "local" : "auto";
}
namespace {

Status CheckLists(const std::vector<PlannedCell>& catalogue, const std::vector<ListEntry>& entries) {
  if (entries.empty()) return Ok();
  std::vector<std::string> ids;
  for (const PlannedCell& cell : catalogue) ids.push_back(cell.id.ToString());
  const auto unmatched = Lists(entries).Unmatched(ids);
  if (unmatched.empty()) return Ok();
  return Invalid(Join(unmatched, "; "));
}

/// What a selection says that can match nothing of the catalogue.
Error NothingSelected(const std::vector<PlannedCell>& catalogue, const Selection& selection) {
  std::vector<std::string> texts;
  const auto check = [&](const char* option, const std::vector<std::string>& patterns, const auto& part) {
    std::set<std::string> known;
    for (const PlannedCell& cell : catalogue) known.insert(part(cell));
    for (const std::string& pattern : patterns) {
      if (std::any_of(known.begin(), known.end(), [&](const auto& name) { return GlobMatch(pattern, name); })) continue;
      const std::vector<std::string> names(known.begin(), known.end());
      texts.push_back(std::string(option) + " '" + pattern + "' matches nothing (nearest: " + Join(Nearest(pattern, names), ", ") + ")");
    }
  };
  check("--class", selection.classes, [](const PlannedCell& cell) { return cell.model_class; });
  check("--variant", selection.variants, [](const PlannedCell& cell) { return cell.id.variant; });
  check("--exporter", selection.exporters, [](const PlannedCell& cell) { return cell.id.exporter; });
  check("--backend", selection.backends, [](const PlannedCell& cell) { return cell.id.backend; });
  check("--filter", selection.filters, [](const PlannedCell& cell) { return cell.id.ToString(); });
  std::string message = "nothing is selected: the catalogue has " + std::to_string(catalogue.size()) + " cells";
  if (!texts.empty()) message += "; " + Join(texts, "; ");
  else if (!catalogue.empty()) message += ", none of which all options match together";
  return Invalid(std::move(message));
}

/// Jobs of the cells that are left, with the pieces of work that they share.
std::vector<JobNeeds> Needs(const std::vector<PlannedCell>& plan, const std::vector<size_t>& left, const SweepOptions& options) {
  std::map<std::string, uint32_t> numbers;
  const auto number = [&](const std::string& key) { return numbers.try_emplace(key, static_cast<uint32_t>(numbers.size())).first->second; };
  std::vector<JobNeeds> needs;
  for (const size_t i : left) {
    const PlannedCell& cell = plan[i];
    JobNeeds job;
    job.bytes = cell.model->Info().bytes;
    job.threads = options.backend_threads;
    const std::string model = cell.id.model + '\n' + cell.id.dtype;
    const std::string variant = model + '\n' + cell.variant.name + (cell.variant.recording ? "\nrecording" : "");
    job.pieces = {number(model), number(variant), number(variant + '\n' + cell.id.exporter)};
    needs.push_back(std::move(job));
  }
  return needs;
}

/// What the cells of one case share, until the last of them has ended.
class Works {
 public:
  Works(const std::vector<PlannedCell>& plan, const std::vector<size_t>& left) {
    for (const size_t i : left) ++entries_[Key(plan[i])].left;
  }
  std::shared_ptr<CaseWork> Take(const PlannedCell& cell) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[Key(cell)];
    if (!entry.work) entry.work = std::make_shared<CaseWork>();
    return entry.work;
  }
  void GiveBack(const PlannedCell& cell) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[Key(cell)];
    if (--entry.left == 0) entry.work.reset();
  }

 private:
  struct Entry {
    size_t left = 0;
    std::shared_ptr<CaseWork> work;
  };
  static std::string Key(const PlannedCell& cell) { return cell.id.model + '\n' + cell.id.dtype; }
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

/// Versions of the plan's backends, and a warning for each that is missing or another than it was qualified with.
JournalSession Describe(const Toolbox& toolbox, const std::vector<PlannedCell>& plan, const SweepOptions& options) {
  JournalSession run;
  run.command_line = options.command_line;
  for (const ListEntry& entry : options.lists) run.lists.push_back(ListedFor(entry));
  for (const LibraryInfo& library : toolbox.libraries) run.versions[library.name] = library.found;
  std::set<std::string> seen;
  for (const PlannedCell& cell : plan) {
    if (!seen.insert(cell.id.backend).second) continue;
    const auto version = Guarded("backend '" + cell.id.backend + "'", [&] { return cell.backend->Version(); });
    if (!version.ok()) {
      run.warnings.push_back("backend '" + cell.id.backend + "' cannot be used: " + version.error().ToString());
      continue;
    }
    run.versions[cell.id.backend] = *version;
    const std::string qualified = cell.backend->QualifiedVersion();
    if (!qualified.empty() && qualified != *version) {
      run.warnings.push_back("backend '" + cell.id.backend + "' is " + *version + "; the project is qualified against " + qualified);
    }
  }
  for (const PlannedCell& cell : plan) {
    if (!cell.exporter || !seen.insert("exporter " + cell.id.exporter).second) continue;
    for (const auto& [library, qualified] : cell.exporter->QualifiedVersions()) {
      const auto found = run.versions.find(library);
      if (found == run.versions.end() || found->second == qualified) continue;
      run.warnings.push_back("exporter '" + cell.id.exporter + "' is qualified against " + library + " " + qualified + ", found " +
                             found->second);
    }
  }
  return run;
}

/// Why a cell's outcome is none of its own: the disk refused what it needed.
std::optional<Error> DiskFailure(const record::CellRecord& cell, const std::filesystem::path& artifacts) {
  if (cell.outcome == record::Outcome::kPass || cell.outcome == record::Outcome::kSkip) return std::nullopt;
  for (const int error : {ENOSPC, EDQUOT, EFBIG}) {
    const std::string text = std::strerror(error);
    if (cell.reason.find(text) == std::string::npos && cell.detail.find(text) == std::string::npos) continue;
    Error failure = ErrnoError("a cell could not be run", artifacts.string(), error);
    failure.With("cell", cell.id.ToString()).With("said", cell.reason);
    return failure;
  }
  return std::nullopt;
}

/// An exporter with a suite of its own is about that suite: on other cases it runs where it is asked for by name.
bool OnRequest(const PlannedCell& cell) {
  return cell.exporter && cell.model->Info().spec.IsNull() && !cell.exporter->Capabilities().suite.empty();
}

Status CheckWhole(const Toolbox& toolbox, const std::vector<PlannedCell>& plan) {
  for (const PlannedCell& cell : plan) {
    if (cell.variant.recording || IsJudge(toolbox, JudgeName(toolbox, *cell.model))) continue;
    return Invalid("the toolbox has no reference '" + JudgeName(toolbox, *cell.model) + "' to judge by").With("cell", cell.id.ToString());
  }
  return Ok();
}

std::vector<std::string> IdsOf(const std::vector<PlannedCell>& plan) {
  std::vector<std::string> ids;
  for (const PlannedCell& cell : plan) ids.push_back(cell.id.ToString());
  return ids;
}

/// What a journal tells of durations.
record::RunRecord CellsOnly(const JournalContents& contents) {
  record::RunRecord run;
  run.started = contents.header.started;
  run.cells = contents.cells;
  return run;
}

bool Stopping(const SweepOptions& options, const Delivery& delivery) {
  return delivery.failed() || (options.cancellation && options.cancellation->stopping());
}

/// One verdict, or nothing where it says nothing of the cell: a stopped worker's, or a full disk's.
std::optional<record::CellRecord> Verdict(const SweepContext& context, const Part& part, size_t place, CaseWork& work, Delivery& delivery) {
  record::CellRecord record = RunCell(context, part.cells[place], work);
  if (context.options.cancellation && context.options.cancellation->now()) return std::nullopt;
  if (auto failure = DiskFailure(record, context.artifacts)) {
    delivery.Fail(*std::move(failure));
    return std::nullopt;
  }
  record.facts["fingerprint"] = part.fingerprints[place];
  return record;
}

void RunLeft(const SweepContext& context, const Part& part, const std::vector<size_t>& left, Delivery& delivery) {
  const SweepOptions& options = context.options;
  Works works(part.cells, left);
  const auto one = [&](size_t job) {
    const PlannedCell& cell = part.cells[left[job]];
    delivery.Start(cell.id);
    auto record = Verdict(context, part, left[job], *works.Take(cell), delivery);
    works.GiveBack(cell);
    if (record) delivery.Finish(left[job], *std::move(record));
  };
  const uint64_t bytes = options.memory_bytes > 0 ? options.memory_bytes : MachineBytes() / 4 * 3;
  RunJobs(Needs(part.cells, left, options), {.threads = Threads(options), .bytes = bytes}, one,
          [&] { return Stopping(options, delivery); });
}

/// Failures once more, each alone and from the beginning, with nothing that was made before.
void RunFailedAgain(const SweepContext& context, const Part& part, Delivery& delivery) {
  const int reruns = context.options.reruns;
  for (size_t place = 0; reruns > 0 && place < part.cells.size(); ++place) {
    const record::CellRecord* first = delivery.Record(place);
    if (!first || !OwesRerun(*first)) continue;
    std::vector<record::CellRecord> again;
    for (int i = 0; i < reruns; ++i) {
      if (Stopping(context.options, delivery)) return;
      delivery.Start(part.cells[place].id);
      CaseWork work;
      auto record = Verdict(context, part, place, work, delivery);
      if (!record) return;
      again.push_back(*std::move(record));
    }
    delivery.Replace(place, AfterReruns(*first, again));
  }
}

/// Says why a run has not all that it was to have, and how to go on.
void Conclude(const SweepOptions& options, const Status& status, record::RunRecord& run) {
  const auto owed = static_cast<size_t>(
      options.reruns > 0 ? std::count_if(run.cells.begin(), run.cells.end(), [](const auto& cell) { return OwesRerun(cell); }) : 0);
  const size_t left = static_cast<size_t>(run.planned) - run.cells.size();
  if (!status.ok()) run.broken = status.error().ToString();
  if (left == 0 && owed == 0) return;
  std::string text = status.ok() ? "interrupted" : "stopped";
  if (left > 0) text += ": " + std::to_string(left) + " of " + std::to_string(run.planned) + " cells were not run";
  if (owed > 0) text += std::string(left > 0 ? ", " : ": ") + std::to_string(owed) + " that failed were not run again";
  run.stopped = text + (options.run_dir.empty() ? "; a run with a folder (--run-dir) can be continued" : "; --resume goes on where it stopped");
}

}  // namespace

Result<std::vector<PlannedCell>> PlanSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const SweepOptions& options, std::vector<std::string>* not_applicable) {
  CONFORMANCE_RETURN_IF_ERROR(toolbox.Validate());
  CONFORMANCE_TRY(std::vector<PlannedCell> catalogue, Catalogue(toolbox, cases, options.dtypes));
  CONFORMANCE_RETURN_IF_ERROR(CheckLists(catalogue, options.lists));
  std::vector<PlannedCell> plan;
  std::set<std::string> missed;
  for (const PlannedCell& cell : catalogue) {
    if (!options.selection.Matches(cell.id, cell.model_class) || (options.selection.exporters.empty() && OnRequest(cell))) continue;
    const bool asked = !cell.relation || options.selection.AsksFor(cell.id);
    if (!asked && !options.selection.Includes(cell.id)) continue;
    if (cell.not_applicable.empty()) plan.push_back(cell);
    else if (asked) missed.insert(cell.id.model + "/" + cell.id.variant + " is not applicable: " + cell.not_applicable);
  }
  if (not_applicable != nullptr) not_applicable->assign(missed.begin(), missed.end());
  if (plan.empty() && !missed.empty()) return Invalid("nothing is selected: " + Join(std::vector<std::string>(missed.begin(), missed.end()), "; "));
  if (plan.empty()) return NothingSelected(catalogue, options.selection);
  CONFORMANCE_RETURN_IF_ERROR(CheckWhole(toolbox, plan));
  return plan;
}

Result<record::RunRecord> RunSweep(const Toolbox& given, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options, ProgressSink& progress) {
  CONFORMANCE_TRY(const auto isolation, Isolation::Make(given, options));
  const Toolbox& toolbox = isolation->toolbox();
  std::vector<std::string> not_applicable;
  CONFORMANCE_TRY(const std::vector<PlannedCell> plan, PlanSweep(toolbox, cases, options, &not_applicable));
  CONFORMANCE_RETURN_IF_ERROR(isolation->Begin(plan));  // before the journal is opened: what is forked has no part in its lock
  JournalSession session = Describe(toolbox, plan, options);
  session.warnings.insert(session.warnings.end(), not_applicable.begin(), not_applicable.end());
  JournalHeader header;
  header.version = options.version;
  header.started = toolbox.clock->WallTime();
  header.plan.SetCells(IdsOf(plan));
  header.plan.config = ConfigOf(plan, options);
  header.plan.shard = options.shard.index;
  header.plan.shards = options.shard.count;
  header.budget_seconds = options.budget_seconds;
  Part part = PartOf(plan, options, Fingerprints(options.version, session.versions, header.plan.config));
  header.plan.division = part.division;
  header.planned = static_cast<int64_t>(part.cells.size());
  header.left_out = part.left_out;

  record::RunRecord run;
  run.version = options.version;
  run.versions = session.versions;
  run.seed = options.seed;
  run.command_line = options.command_line;
  run.plan = header.plan;
  run.planned = header.planned;
  run.budget_seconds = header.budget_seconds;
  run.left_out = header.left_out;
  run.lists = session.lists;
  run.started = header.started;
  std::unique_ptr<Journal> journal;
  JournalContents earlier;
  if (!options.run_dir.empty()) {
    CONFORMANCE_TRY(journal, Journal::Open(options.run_dir, header, session, options.resume, earlier));
    run.started = earlier.header.started;
    run.warnings = earlier.warnings;
  }
  run.warnings.insert(run.warnings.end(), session.warnings.begin(), session.warnings.end());
  if (!options.tensors.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.tensors, error);
    if (error) return IoError("cannot make the folder for tensors: " + error.message()).With("folder", options.tensors.string());
  }
  CONFORMANCE_TRY(const ArtifactsFolder artifacts, ArtifactsFolder::Make(options.run_dir, options.shard.FileSuffix()));

  const Lists lists(options.lists);
  const SweepContext context{.toolbox = toolbox, .options = options, .lists = lists, .artifacts = artifacts.path(),
                             .writes_programs = isolation->writes_programs()};
  History history = options.history;
  history.Add(CellsOnly(earlier));
  Delivery delivery(part.cells, journal.get(), *toolbox.clock, earlier.seconds, progress);
  std::vector<size_t> left = delivery.Resume(std::move(earlier.cells));
  Order(part, history, left);
  RunLeft(context, part, left, delivery);
  RunFailedAgain(context, part, delivery);

  if (journal) {
    if (Status status = journal->Sync(); !status.ok()) delivery.Fail(std::move(status).error());
  }
  run.seconds = delivery.Seconds();
  run.cells = delivery.TakeRecords();
  Conclude(options, delivery.status(), run);
  return run;
}

Result<record::RunRecord> RunSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options) {
  ProgressSink nobody;
  return RunSweep(toolbox, cases, options, nobody);
}

int ExitCode(const record::RunRecord& run, const Selection& selection) {
  if (!run.broken.empty()) return kExitBroken;
  bool compared = false;
  for (const record::CellRecord& cell : run.cells) {
    if (cell.outcome == record::Outcome::kUnavailable) {
      if (selection.NamesBackend(cell.id.backend)) return 1;
      continue;
    }
    if (!cell.as_expected()) return 1;
    compared |= cell.outcome != record::Outcome::kSkip;
  }
  if (static_cast<size_t>(run.planned) > run.cells.size() || !run.stopped.empty()) return 1;
  return compared || run.plan.shards > 1 ? 0 : kExitBroken;
}

}  // namespace conformance::engine
