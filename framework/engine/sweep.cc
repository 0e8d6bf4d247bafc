#include "framework/engine/sweep.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/engine/cell.h"
#include "framework/engine/delivery.h"
#include "framework/engine/guarded.h"
#include "framework/engine/isolation.h"
#include "framework/engine/journal.h"
#include "framework/engine/judge.h"
#include "framework/engine/process_memory.h"
#include "framework/engine/queue.h"
#include "framework/formats/json.h"

namespace conformance::engine {
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

/// A folder for artifacts, which goes with this object.
class ArtifactsFolder {
 public:
  static Result<ArtifactsFolder> Make(const std::filesystem::path& run_dir) {
    ArtifactsFolder folder;
    std::error_code error;
    if (!run_dir.empty()) {
      // What a killed run left is nobody's: the journal's lock is ours.
      folder.path_ = run_dir / "artifacts";
      std::filesystem::remove_all(folder.path_, error);
      if (!error) std::filesystem::create_directories(folder.path_, error);
      if (error) return IoError("no folder for artifacts: " + error.message()).With("folder", folder.path_.string());
      return folder;
    }
    const auto base = std::filesystem::temp_directory_path(error);
    if (error) return IoError("no folder for artifacts: " + error.message());
    std::string name = (base / "conformance.XXXXXX").string();
    if (!::mkdtemp(name.data())) return ErrnoError("cannot make a folder for artifacts", name, errno);
    folder.path_ = name;
    return folder;
  }
  ArtifactsFolder(ArtifactsFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ArtifactsFolder& operator=(ArtifactsFolder&&) = delete;
  ~ArtifactsFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  ArtifactsFolder() = default;
  std::filesystem::path path_;
};

JournalHeader HeaderFor(const std::vector<PlannedCell>& plan, const SweepOptions& options, const ports::Clock& clock) {
  JournalHeader header;
  header.version = options.version;
  header.started = clock.WallTime();
  header.cells = static_cast<int64_t>(plan.size());
  uint64_t hash = 0;
  for (const PlannedCell& cell : plan) {
    hash = Hash64(std::string_view(cell.id.ToString()), hash);
    // Other inputs, or another measure: another plan. Where the model lies says nothing.
    const CaseInfo& info = cell.model->Info();
    for (const std::string& word : info.words) {
      if (word != info.source.string()) hash = Hash64(std::string_view(word), hash);
    }
  }
  header.plan = Hex64(hash);
  Json config = Json::MakeObject();
  config["seed"] = static_cast<int64_t>(options.seed);
  config["optimize"] = options.optimize;
  config["backend_threads"] = options.backend_threads;
  config["isolate"] = options.isolation.all;
  Json exporters = Json::MakeObject(), backends = Json::MakeObject();
  for (const auto& [name, json] : options.export_configs) exporters[name] = json;
  for (const auto& [name, json] : options.backend_options) backends[name] = json;
  config["export_configs"] = std::move(exporters);
  config["backend_options"] = std::move(backends);
  uint64_t lists = 0;
  for (const ListEntry& entry : options.lists) {
    lists = Hash64(std::string_view(formats::WriteJson(ListToJson(entry.kind, {entry}))), lists);
  }
  config["lists"] = Hex64(lists);
  header.config = std::move(config);
  return header;
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
    const std::string variant = model + '\n' + cell.id.variant + (cell.variant.recording ? "\nrecording" : "");
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
void DescribeBackends(const std::vector<PlannedCell>& plan, record::RunRecord& run) {
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
}

Status CheckWhole(const Toolbox& toolbox, const std::vector<PlannedCell>& plan) {
  for (const PlannedCell& cell : plan) {
    if (cell.variant.recording || IsJudge(toolbox, JudgeName(toolbox, *cell.model))) continue;
    return Invalid("the toolbox has no reference '" + JudgeName(toolbox, *cell.model) + "' to judge by").With("cell", cell.id.ToString());
  }
  return Ok();
}

}  // namespace

Result<std::vector<PlannedCell>> PlanSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const SweepOptions& options) {
  CONFORMANCE_RETURN_IF_ERROR(toolbox.Validate());
  CONFORMANCE_TRY(std::vector<PlannedCell> catalogue, Catalogue(toolbox, cases, options.dtypes));
  CONFORMANCE_RETURN_IF_ERROR(CheckLists(catalogue, options.lists));
  std::vector<PlannedCell> plan;
  for (const PlannedCell& cell : catalogue) {
    if (options.selection.Matches(cell.id, cell.model_class)) plan.push_back(cell);
  }
  if (plan.empty()) return NothingSelected(catalogue, options.selection);
  CONFORMANCE_RETURN_IF_ERROR(CheckWhole(toolbox, plan));
  return plan;
}

Result<record::RunRecord> RunSweep(const Toolbox& given, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options, ProgressSink& progress) {
  CONFORMANCE_TRY(const auto isolation, Isolation::Make(given, options));
  const Toolbox& toolbox = isolation->toolbox();
  CONFORMANCE_TRY(const std::vector<PlannedCell> plan, PlanSweep(toolbox, cases, options));
  CONFORMANCE_RETURN_IF_ERROR(isolation->Begin(plan));  // before the journal is opened: what is forked has no part in its lock
  record::RunRecord run;
  run.version = options.version;
  run.seed = options.seed;
  run.command_line = options.command_line;
  run.planned = static_cast<int64_t>(plan.size());
  for (const ListEntry& entry : options.lists) run.lists.push_back(ListedFor(entry));

  std::unique_ptr<Journal> journal;
  JournalContents earlier;
  const JournalHeader header = HeaderFor(plan, options, *toolbox.clock);
  run.started = header.started;
  if (!options.run_dir.empty()) {
    CONFORMANCE_TRY(journal, Journal::Open(options.run_dir, header, options.resume, earlier));
    run.started = earlier.header.started;
    run.warnings = earlier.warnings;
  }
  CONFORMANCE_TRY(const ArtifactsFolder artifacts, ArtifactsFolder::Make(options.run_dir));

  const Lists lists(options.lists);
  const SweepContext context{.toolbox = toolbox, .options = options, .lists = lists, .artifacts = artifacts.path(),
                       .writes_programs = isolation->writes_programs()};
  const int threads = options.threads > 0 ? options.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));

  Delivery delivery(plan, journal.get(), *toolbox.clock, earlier.seconds, progress);
  const std::vector<size_t> left = delivery.Resume(std::move(earlier.cells));
  Works works(plan, left);
  const auto stopping = [&] { return delivery.failed() || (options.cancellation && options.cancellation->stopping()); };
  const auto one = [&](size_t job) {
    const PlannedCell& cell = plan[left[job]];
    delivery.Start(cell.id);
    record::CellRecord record = RunCell(context, cell, *works.Take(cell));
    works.GiveBack(cell);
    if (options.cancellation && options.cancellation->now()) return;  // what a stopped worker says is no verdict
    delivery.Finish(left[job], std::move(record));
  };
  const uint64_t bytes = options.memory_bytes > 0 ? options.memory_bytes : MachineBytes() / 4 * 3;
  RunJobs(Needs(plan, left, options), {.threads = threads, .bytes = bytes}, one, stopping);

  CONFORMANCE_TRY(run.cells, delivery.TakeRecords());
  if (journal) CONFORMANCE_RETURN_IF_ERROR(journal->Sync());
  run.seconds = delivery.Seconds();
  for (const LibraryInfo& library : toolbox.libraries) run.versions[library.name] = library.found;
  DescribeBackends(plan, run);
  if (run.cells.size() < plan.size()) {
    run.warnings.push_back("interrupted: " + std::to_string(plan.size() - run.cells.size()) + " of " + std::to_string(plan.size()) +
                           " cells were not run" + (options.run_dir.empty() ? "" : "; --resume goes on where it stopped"));
  }
  return run;
}

Result<record::RunRecord> RunSweep(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                   const SweepOptions& options) {
  ProgressSink nobody;
  return RunSweep(toolbox, cases, options, nobody);
}

int ExitCode(const record::RunRecord& run, const Selection& selection) {
  bool compared = false;
  for (const record::CellRecord& cell : run.cells) {
    if (cell.outcome == record::Outcome::kUnavailable) {
      if (selection.NamesBackend(cell.id.backend)) return 1;
      continue;
    }
    if (!cell.as_expected()) return 1;
    compared |= cell.outcome != record::Outcome::kSkip;
  }
  if (static_cast<size_t>(run.planned) > run.cells.size()) return 1;
  return compared ? 0 : kExitBroken;
}

}  // namespace conformance::engine
