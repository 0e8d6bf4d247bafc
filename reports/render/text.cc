#include "reports/render/text.h"

#include <algorithm>

#include "framework/record/clusters.h"
#include "reports/render/failure.h"

namespace conformance::reports {
namespace {

constexpr size_t kShownOfACluster = 20;  ///< beside its first cell; the record has them all

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
  text += std::to_string(run.cells.size()) + " cells: " + SummaryText(run) + "\n";
  return text;
}

}  // namespace conformance::reports
