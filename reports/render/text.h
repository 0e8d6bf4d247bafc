#pragma once

#include "framework/ports/report_writer.h"

namespace conformance::reports {

/// What a terminal shows at the end of a run: each cell that is not as expected with cause and command, then the counts.
class TextWriter : public ports::ReportWriter {
 public:
  std::string_view Name() const override { return "text"; }
  std::string_view FileExtension() const override { return ".txt"; }
  Result<std::string> Render(const record::RunRecord& run) const override;
};

/// "12 pass, 1 fail".
std::string SummaryText(const record::RunRecord& run);

}  // namespace conformance::reports
