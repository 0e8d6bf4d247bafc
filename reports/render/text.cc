#include "reports/render/text.h"

#include "reports/render/failure.h"

namespace conformance::reports {

std::string SummaryText(const record::RunRecord& run) {
  std::string text;
  for (const auto& [word, count] : run.Summary()) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
  return text.empty() ? "no cells" : text;
}

Result<std::string> TextWriter::Render(const record::RunRecord& run) const {
  std::string text;
  for (const std::string& gap : run.Gaps()) text += gap + "\n";
  for (const std::string& warning : run.warnings) text += "warning: " + warning + "\n";
  for (const record::CellRecord& cell : run.cells) {
    if (!IsRed(cell)) continue;
    const Failure failure = FailureOf(cell);
    text += failure.word + "  " + failure.cell + "  (" + failure.stage + ")\n";
    text += "    " + failure.cause + "\n";
    if (!failure.figure.empty()) text += "    figure: " + failure.figure + "\n";
    for (const std::string& note : cell.notes) text += "    note: " + note + "\n";
    if (!failure.command.empty()) text += "    repeat: " + failure.command + "\n";
  }
  std::string last_reason;
  for (const record::CellRecord& cell : run.cells) {
    if (cell.outcome != record::Outcome::kUnavailable || cell.reason == last_reason) continue;
    last_reason = cell.reason;  // once for each missing library, not once for each of its cells
    text += "unavailable  " + cell.id.backend + ": " + cell.reason + "\n";
  }
  text += std::to_string(run.cells.size()) + " cells: " + SummaryText(run) + "\n";
  return text;
}

}  // namespace conformance::reports
