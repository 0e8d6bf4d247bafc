#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "framework/base/strings.h"
#include "framework/engine/history.h"
#include "framework/engine/process_memory.h"
#include "framework/engine/shard.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "reports/render/text.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/diff_command.h"
#include "tools/conformance/interrupt.h"
#include "tools/conformance/progress.h"
#include "tools/conformance/record_file.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

// "60s", "10m", "2h", "1.5h"; a plain number is seconds.
Result<double> ReadBudget(const std::string& text) {
  const size_t end = text.find_last_of("0123456789.");
  const std::string unit = end == std::string::npos ? text : text.substr(end + 1);
  const auto number = ParseDouble(std::string_view(text).substr(0, end == std::string::npos ? 0 : end + 1));
  const double scale = unit == "h" ? 3600 : unit == "m" ? 60 : unit.empty() || unit == "s" ? 1 : 0;
  if (!number || !(*number > 0) || scale == 0 || *number > 1e9) {
    return Invalid("malformed --budget").With("found", text).With("wanted", "a time above zero: 60s, 10m, 2h");
  }
  return *number * scale;
}

// What --shard says, else the environment; runners that ask for it are told that shards are understood.
Result<engine::Shard> ChooseShard(const RunOptions& options, std::FILE* words) {
  if (!options.shard.empty()) return engine::ParseShard(options.shard);
  CONFORMANCE_TRY(const auto found, engine::ShardFromEnvironment([](const char* name) { return std::getenv(name); }));
  if (!found) return engine::Shard{};
  if (!found->status_file.empty()) {
    std::FILE* file = std::fopen(found->status_file.c_str(), "w");
    if (file == nullptr) return ErrnoError("cannot make the file that says that shards are understood", found->status_file.string(), errno);
    std::fclose(file);
  }
  if (words != nullptr) std::fprintf(words, "shard %s (%s)\n", found->shard.ToString().c_str(), found->source.c_str());
  return found->shard;
}

// "NAME:FIELD=JSON" into tables by name; a text that is no JSON is taken as a string.
Status ReadOptions(const std::vector<std::string>& texts, const char* flag, const std::vector<std::string>& names,
                   std::map<std::string, Json, std::less<>>& tables) {
  for (const std::string& text : texts) {
    const size_t colon = text.find(':');
    const size_t equals = text.find('=', colon == std::string::npos ? 0 : colon);
    if (colon == std::string::npos || equals == std::string::npos) {
      return Invalid(std::string("malformed ") + flag).With("found", text).With("wanted", "NAME:FIELD=VALUE");
    }
    const std::string name = text.substr(0, colon);
    if (std::ranges::find(names, name) == names.end()) {
      return Invalid(std::string("unknown name in ") + flag).With("found", name).With("wanted", Join(names, ", "));
    }
    const std::string value = text.substr(equals + 1);
    auto json = formats::ParseJson(value);
    tables[name][text.substr(colon + 1, equals - colon - 1)] = json.ok() ? *json : Json(value);
  }
  return Ok();
}

engine::WorkerLimits LimitsOf(const RunOptions& options) {
  engine::WorkerLimits limits;
  limits.timeout = std::chrono::milliseconds(static_cast<int64_t>(options.timeout_seconds * 1000));
  const uint64_t memory = options.worker_memory_mib ? *options.worker_memory_mib << 20 : engine::MachineBytes() / 4 * 3;
  if (memory > 0) limits.resident_bytes = memory;
  if (options.worker_address_space_mib > 0) limits.address_space_bytes = options.worker_address_space_mib << 20;
  limits.answer_bytes = options.worker_output_mib << 20;
  limits.log_bytes = options.worker_log_mib << 20;
  return limits;
}

Result<engine::SweepOptions> ToSweepOptions(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation) {
  engine::SweepOptions sweep;
  sweep.selection = options.select.selection;
  for (const std::string& text : options.select.dtypes) {
    const auto dtype = DTypeFromString(text);
    if (!dtype || !IsFloating(*dtype)) return Invalid("unknown --dtype").With("found", text).With("wanted", "f32, f64, f16, bf16");
    sweep.dtypes.push_back(*dtype);
  }
  sweep.threads = options.threads;
  sweep.memory_bytes = options.memory_mib << 20;
  sweep.seed = options.seed;
  sweep.backend_threads = options.backend_threads;
  sweep.optimize = !options.no_optimize;
  for (const auto lane : {engine::LocalLane::kNever, engine::LocalLane::kOnFailure, engine::LocalLane::kAlways}) {
    if (ToString(lane) == options.lanes) sweep.local = lane;
  }
  if (options.opset > 0) sweep.export_configs["onnx"]["opset_version"] = options.opset;
  CONFORMANCE_RETURN_IF_ERROR(ReadOptions(options.export_options, "--export-option", toolbox.exporters.Names(), sweep.export_configs));
  CONFORMANCE_RETURN_IF_ERROR(ReadOptions(options.backend_options, "--backend-option", toolbox.backends.Names(), sweep.backend_options));
  sweep.isolation.all = options.isolate;
  sweep.isolation.worker_command = {invocation.program, "worker"};
  sweep.isolation.limits = LimitsOf(options);
  sweep.run_dir = options.run_dir;
  sweep.resume = options.resume;
  sweep.reruns = options.reruns;
  if (!options.budget.empty()) {
    CONFORMANCE_TRY(sweep.budget_seconds, ReadBudget(options.budget));
  }
  CONFORMANCE_TRY(sweep.history, engine::ReadHistory({options.history.begin(), options.history.end()}));
  sweep.command_line = invocation.command_line;
  sweep.version = kVersion;
  sweep.cancellation = std::make_shared<engine::Cancellation>();
  return sweep;
}

// A plain name after --backend or --exporter must be one that there is: a slip must not select nothing, or less.
Status CheckNames(const std::vector<std::string>& given, std::vector<std::string> known, const std::string& flag) {
  for (const std::string& name : given) {
    if (std::ranges::any_of(known, [&](const std::string& other) { return GlobMatch(name, other); })) continue;
    return Invalid("unknown " + flag).With("found", name).With("wanted", Join(known, ", "));
  }
  return Ok();
}

// Each that can be written is, though another cannot. The first error.
Status WriteReports(const engine::Toolbox& toolbox, const RunOptions& options, const record::RunRecord& run) {
  Status status = WriteReportFiles(toolbox, options.reports, run);
  const auto also = [&](Status other) {
    if (status.ok()) status = std::move(other);
  };
  // One of CTest's many runs is no step of its own.
  if (options.skip_code < 0) also(AppendStepSummary(toolbox, run));
  if (!options.run_dir.empty()) also(WriteAllReports(toolbox, options.run_dir, run));
  return status;
}

// Whether a cell that the record lacks is gone: the run was of the whole catalogue.
bool HasAll(const engine::Selection& selection, const record::RunRecord& run) {
  return selection.classes.empty() && selection.variants.empty() && selection.exporters.empty() && selection.backends.empty() &&
         selection.filters.empty() && run.plan.shards == 1 && run.left_out.empty();
}

// How a run that was stopped is continued.
std::string HowToGoOn(const RunOptions& options, const Invocation& invocation) {
  if (options.run_dir.empty()) return "conformance: a run with a folder (--run-dir) could be continued\n";
  return "conformance: go on with: " + invocation.command_line + (options.resume ? "" : " --resume") + "\n";
}

}  // namespace

int RunCommand(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation) {
  if (const Status status = toolbox.Validate(); !status.ok()) return Complain(status.error());
  if (options.resume && options.run_dir.empty()) return Complain(Invalid("--resume needs --run-dir: the folder of the run to go on with"));
  std::vector<std::string> exporters = toolbox.exporters.Names();
  exporters.insert(exporters.begin(), "none");
  const engine::Selection& selection = options.select.selection;
  if (auto status = CheckNames(selection.backends, toolbox.backends.Names(), "--backend"); !status.ok()) return Complain(status.error());
  if (auto status = CheckNames(selection.exporters, exporters, "--exporter"); !status.ok()) return Complain(status.error());
  auto sweep = ToSweepOptions(toolbox, options, invocation);
  if (!sweep.ok()) return Complain(sweep.error());
  auto suite = OpenSuite(toolbox, options.select, invocation);
  if (!suite.ok()) return Complain(suite.error());
  sweep->lists = suite->lists;

  // Before anything runs: --json may name the same file.
  auto baseline = options.baseline.empty() ? record::RunRecord() : ReadRecord(options.baseline);
  if (!baseline.ok()) return Complain(baseline.error());

  // With a report on standard output the words go to standard error.
  std::FILE* words = options.quiet ? nullptr : options.reports.OnStandardOutput() ? stderr : stdout;
  auto shard = ChooseShard(options, words);
  if (!shard.ok()) return Complain(shard.error());
  sweep->shard = *shard;
  const std::string how = HowToGoOn(options, invocation);
  Result<record::RunRecord> run = [&] {
    const InterruptScope interrupts(sweep->cancellation, how);
    const auto progress = MakeProgress(Terminal::Detect(), words);
    return engine::RunSweep(toolbox, suite->cases, *sweep, *progress);
  }();
  if (!run.ok()) return Complain(run.error());
  if (words != nullptr) {
    const auto text = reports::TextWriter().Render(*run);
    std::fprintf(words, "\n%s", text.ok() ? text->c_str() : "");
  }
  const Status written = WriteReports(toolbox, options, *run);
  if (!run->stopped.empty()) std::fputs(how.c_str(), stderr);
  if (!run->broken.empty()) return Complain(IoError(run->broken));
  if (!written.ok()) return Complain(written.error());
  const auto not_run = [](const record::CellRecord& cell) {
    return cell.outcome == record::Outcome::kUnavailable || cell.outcome == record::Outcome::kSkip;
  };
  if (options.skip_code >= 0 && !run->cells.empty() && std::ranges::all_of(run->cells, not_run)) return options.skip_code;
  const int plain = engine::ExitCode(*run, selection);
  if (options.baseline.empty()) return plain;
  return JudgeByBaseline(*baseline, *run, HasAll(selection, *run), plain, words);
}

}  // namespace conformance::cli
