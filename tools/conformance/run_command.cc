#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "framework/base/strings.h"
#include "framework/engine/process_memory.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "reports/render/text.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/diff_command.h"
#include "tools/conformance/progress.h"
#include "tools/conformance/record_file.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

// Signal handlers reach the sweep through this; one sweep a process.
std::atomic<engine::Cancellation*> running{nullptr};
void OnSignal(int) {
  if (engine::Cancellation* cancellation = running.load()) cancellation->Request();
}

class SignalScope {
 public:
  explicit SignalScope(engine::Cancellation* cancellation) {
    running.store(cancellation);
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  ~SignalScope() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
    running.store(nullptr);
  }

 private:
  struct sigaction old_int_ = {}, old_term_ = {};
};

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
  if (options.opset > 0) sweep.export_configs["onnx"]["opset_version"] = options.opset;
  CONFORMANCE_RETURN_IF_ERROR(ReadOptions(options.export_options, "--export-option", toolbox.exporters.Names(), sweep.export_configs));
  CONFORMANCE_RETURN_IF_ERROR(ReadOptions(options.backend_options, "--backend-option", toolbox.backends.Names(), sweep.backend_options));
  sweep.isolation.all = options.isolate;
  sweep.isolation.worker_command = {invocation.program, "worker"};
  sweep.isolation.limits = LimitsOf(options);
  sweep.run_dir = options.run_dir;
  sweep.resume = options.resume;
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

Status WriteReports(const engine::Toolbox& toolbox, const RunOptions& options, const record::RunRecord& run) {
  CONFORMANCE_RETURN_IF_ERROR(WriteReportFiles(toolbox, options.reports, run));
  // One of CTest's many runs is no step of its own.
  if (options.skip_code < 0) CONFORMANCE_RETURN_IF_ERROR(AppendStepSummary(toolbox, run));
  return options.run_dir.empty() ? Ok() : WriteAllReports(toolbox, options.run_dir, run);
}

bool SelectsAll(const engine::Selection& selection) {
  return selection.classes.empty() && selection.variants.empty() && selection.exporters.empty() && selection.backends.empty() &&
         selection.filters.empty();
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
  Result<record::RunRecord> run = [&] {
    const SignalScope signals(sweep->cancellation.get());
    const auto progress = MakeProgress(Terminal::Detect(), words);
    return engine::RunSweep(toolbox, suite->cases, *sweep, *progress);
  }();
  if (!run.ok()) return Complain(run.error());
  if (words != nullptr) {
    const auto text = reports::TextWriter().Render(*run);
    std::fprintf(words, "\n%s", text.ok() ? text->c_str() : "");
  }
  if (const Status status = WriteReports(toolbox, options, *run); !status.ok()) return Complain(status.error());
  const auto not_run = [](const record::CellRecord& cell) {
    return cell.outcome == record::Outcome::kUnavailable || cell.outcome == record::Outcome::kSkip;
  };
  if (options.skip_code >= 0 && !run->cells.empty() && std::ranges::all_of(run->cells, not_run)) return options.skip_code;
  const int plain = engine::ExitCode(*run, selection);
  if (options.baseline.empty()) return plain;
  return JudgeByBaseline(*baseline, *run, SelectsAll(selection), plain, words);
}

}  // namespace conformance::cli
