#pragma once

#include "framework/ports/report_writer.h"

namespace conformance::reports {

/// GitHub's Markdown, for a pull request or a step's summary: the verdict, the counts by backend, and each cell that is not as expected with
/// cause, figure and command. The first `kMarkdownFailures` are told in full, so that the text stays below the 1 MiB of a step's summary.
class MarkdownWriter : public ports::ReportWriter {
 public:
  std::string_view Name() const override { return "markdown"; }
  std::string_view FileExtension() const override { return ".md"; }
  Result<std::string> Render(const record::RunRecord& run) const override;
};
inline constexpr int kMarkdownFailures = 50;

/// Text as it stands, in a paragraph or a table's cell: whatever has a meaning in Markdown or HTML is an entity, newlines are <br>.
std::string MarkdownText(std::string_view text);

}  // namespace conformance::reports
