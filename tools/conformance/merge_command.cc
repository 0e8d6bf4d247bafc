#include "tools/conformance/merge_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "framework/engine/merge.h"
#include "framework/engine/run_folder.h"
#include "framework/engine/sweep.h"
#include "reports/render/text.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/report_files.h"

namespace conformance::cli {
namespace {

struct MergeOptions {
  std::vector<std::string> runs;  ///< JSON records, journals, run folders
  ReportFiles reports;
};

int RunMerge(const engine::Toolbox& toolbox, const MergeOptions& options) {
  std::vector<engine::NamedRun> runs;
  for (const std::string& path : options.runs) {
    auto found = engine::ReadRuns(path);
    if (!found.ok()) return Complain(found.error());
    for (engine::NamedRun& run : *found) runs.push_back(std::move(run));
  }
  const auto whole = engine::MergeRuns(std::move(runs));
  if (!whole.ok()) return Complain(whole.error());
  const auto text = reports::TextWriter().Render(*whole);
  if (!text.ok()) return Complain(text.error());
  std::fputs(text->c_str(), options.reports.OnStandardOutput() ? stderr : stdout);
  if (const Status status = WriteReportFiles(toolbox, options.reports, *whole); !status.ok()) return Complain(status.error());
  if (const Status status = AppendStepSummary(toolbox, *whole); !status.ok()) return Complain(status.error());
  return engine::ExitCode(*whole, {});
}

}  // namespace

std::function<int()> AddMerge(CLI::App& app, const engine::Toolbox& toolbox) {
  CLI::App* merge = app.add_subcommand("merge", "put shards and stopped runs of one sweep together: one record");
  merge->footer(
      "Takes run folders (all their journals, finished or not), journals and JSON records, in any order. Those of another plan, other\n"
      "options or versions are refused by name. Of a cell that several have, the newest counts; cells that none has are named.\n\n"
      "  conformance merge runs/a --json all.json           the shards that share a folder\n"
      "  conformance merge one.json two.json --html all.html\n\n"
      "Exit codes: as `conformance run`; 1 where cells are missing.");
  const auto options = std::make_shared<MergeOptions>();
  merge->add_option("RUN", options->runs, "run folders, journals, JSON records")->required();
  AddReportOptions(*merge, options->reports);
  return [&toolbox, options] { return RunMerge(toolbox, *options); };
}

}  // namespace conformance::cli
