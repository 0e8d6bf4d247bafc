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
#include "tools/conformance/crash_note.h"
#include "tools/conformance/diff_command.h"
#include "tools/conformance/interrupt.h"
#include "tools/conformance/progress.h"
#include "tools/conformance/record_file.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/sweep_options.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

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
  if (auto status = CheckSelection(toolbox, options.select.selection); !status.ok()) return Complain(status.error());
  const engine::Selection& selection = options.select.selection;
  auto sweep = ToSweepOptions(toolbox, options, invocation);
  if (!sweep.ok()) return Complain(sweep.error());
  auto suite = OpenSuite(toolbox, options.select, invocation);
  if (!suite.ok()) return Complain(suite.error());
  sweep->lists = suite->lists;
  sweep->selection.relations = suite->relations;

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
    const CrashNote crash("conformance: a library crashed in this process, and the run with it. With --isolate backends run in processes of their own:\n"
                          "conformance: a crash is its cell's outcome, and the run goes on.\n" + how);
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
