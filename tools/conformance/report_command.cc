#include <cstdio>

#include "reports/render/text.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/record_file.h"

namespace conformance::cli {

int ReportCommand(const engine::Toolbox& toolbox, const ReportOptions& options) {
  const auto run = ReadRecord(options.record);
  if (!run.ok()) return Complain(run.error());
  if (!options.reports.empty()) {
    const Status status = WriteReportFiles(toolbox, options.reports, *run);
    return status.ok() ? 0 : Complain(status.error());
  }
  const auto text = reports::TextWriter().Render(*run);
  if (!text.ok()) return Complain(text.error());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace conformance::cli
