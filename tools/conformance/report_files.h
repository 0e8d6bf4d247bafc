#pragma once

#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/toolbox.h"
#include "framework/record/record.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// Which reports a command writes, and where to.
struct ReportFiles {
  std::string json, html, junit, markdown, sarif;  ///< files; "-" is standard output; empty: not written
  std::vector<std::string> others;                 ///< NAME=FILE, for any writer of the toolbox
  /// Whether one of them takes standard output, so that words belong on standard error.
  bool OnStandardOutput() const;
  bool empty() const;
};

/// --json FILE … --sarif FILE and --report NAME=FILE.
void AddReportOptions(CLI::App& command, ReportFiles& files);
/// Errors: kInvalid for a name that is no writer's (nothing is written then), those of writing.
Status WriteReportFiles(const engine::Toolbox& toolbox, const ReportFiles& files, const record::RunRecord& run);
/// Every writer's report into a run's folder, as report.EXTENSION; a part's as report-2-of-4.EXTENSION.
Status WriteAllReports(const engine::Toolbox& toolbox, const std::string& folder, const record::RunRecord& run);
/// In a step of GitHub Actions: the Markdown report behind what $GITHUB_STEP_SUMMARY has so far. Nothing where the variable is not set.
Status AppendStepSummary(const engine::Toolbox& toolbox, const record::RunRecord& run);

}  // namespace conformance::cli
