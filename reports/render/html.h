#pragma once

#include "framework/ports/report_writer.h"

namespace conformance::reports {

/// One self-contained page: verdict, counts, parity matrix, error used of its budget, and every cell with figures and the command
/// that repeats it. Everything is readable without scripts; the script only filters.
class HtmlWriter : public ports::ReportWriter {
 public:
  std::string_view Name() const override { return "html"; }
  std::string_view FileExtension() const override { return ".html"; }
  Result<std::string> Render(const record::RunRecord& run) const override;
};

}  // namespace conformance::reports
