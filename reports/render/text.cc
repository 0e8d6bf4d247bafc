#include "reports/render/text.h"

#include <algorithm>

#include "framework/record/clusters.h"
#include "framework/record/operators.h"
#include "reports/render/failure.h"
#include "reports/render/operators.h"

namespace conformance::reports {
namespace {

constexpr size_t kShownOperators = 40;  ///< of those that lack something
constexpr size_t kShownOfACluster = 20;  ///< beside its first cell; the record has them all

/// Operators of which something does not pass, where tests of operators were run.
void AddOperators(const record::RunRecord& run, std::string& text) {
  const record::OperatorTable table = record::OperatorsOf(run);
  if (table.empty()) return;
  const auto cell = [](const std::string& content, size_t width) {
    return content + std::string(content.size() < width ? width - content.size() : 0, ' ');
  };
  constexpr size_t kName = 36, kCounts = 24;
  std::string rows;
  size_t shown = 0, lacking = 0;
  for (const record::OperatorRow& row : table.rows) {
    if (std::ranges::all_of(row.backends, [](const auto& entry) { return entry.second.pass == entry.second.all(); })) continue;
    if (++lacking > kShownOperators) continue;
    ++shown;
    std::string line = cell(row.name, kName) + cell(std::to_string(row.use), 8);
    for (const std::string& backend : table.backends) line += cell(CountsText(row, backend), kCounts);
    rows += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  text += "operators: pass/fail/unsupported/other of the cells in which each one stands; " + std::to_string(lacking) + " of " +
          std::to_string(table.rows.size()) + " lack something\n";
  if (shown > 0) {
    std::string head = cell("operator", kName) + cell("use", 8);
    for (const std::string& backend : table.backends) head += cell(backend, kCounts);
    text += head.substr(0, head.find_last_not_of(' ') + 1) + "\n" + rows;
    if (lacking > shown) text += std::to_string(lacking - shown) + " more are in the record\n";
  }
  if (table.Used() == 0) return;
  text += "passes, each operator counting as often as the zoo uses it:";
  for (const std::string& backend : table.backends) text += " " + backend + " " + PercentText(table.Weighted(backend));
  text += "\n";
}

}  // namespace

std::string SummaryText(const record::RunRecord& run) {
  std::string text;
  for (const auto& [word, count] : run.Summary()) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
  return text.empty() ? "no cells" : text;
}

Result<std::string> TextWriter::Render(const record::RunRecord& run) const {
  std::string text;
  for (const std::string& gap : run.Gaps()) text += gap + "\n";
  for (const std::string& warning : run.warnings) text += "warning: " + warning + "\n";
  const std::vector<record::Cluster> clusters = record::Clusters(run);
  for (const record::Cluster& cluster : clusters) {
    const record::CellRecord& cell = run.cells[cluster.cells.front()];
    const Failure failure = FailureOf(cell);
    text += failure.word + "  " + failure.cell + "  (" + failure.stage + ")\n";
    text += "    " + failure.cause + "\n";
    if (!failure.figure.empty()) text += "    figure: " + failure.figure + "\n";
    for (const std::string& note : cell.notes) text += "    note: " + note + "\n";
    if (!failure.command.empty()) text += "    repeat: " + failure.command + "\n";
    if (cluster.cells.size() == 1) continue;
    text += "    the same cause (" + cluster.cause + "), " + std::to_string(cluster.cells.size() - 1) + " more:\n";
    for (size_t i = 1; i < cluster.cells.size() && i <= kShownOfACluster; ++i) {
      text += "      " + run.cells[cluster.cells[i]].shown_word() + "  " + run.cells[cluster.cells[i]].id.ToString() + "\n";
    }
    if (cluster.cells.size() > kShownOfACluster + 1) text += "      …\n";
  }
  const bool shared = std::ranges::any_of(clusters, [](const record::Cluster& cluster) { return cluster.cells.size() > 1; });
  if (shared) text += "not as expected: " + record::CountText(clusters) + "\n";
  std::string last_reason;
  for (const record::CellRecord& cell : run.cells) {
    if (cell.outcome != record::Outcome::kUnavailable || cell.reason == last_reason) continue;
    last_reason = cell.reason;  // once for each missing library, not once for each of its cells
    text += "unavailable  " + cell.id.backend + ": " + cell.reason + "\n";
  }
  AddOperators(run, text);
  text += std::to_string(run.cells.size()) + " cells: " + SummaryText(run) + "\n";
  return text;
}

}  // namespace conformance::reports
