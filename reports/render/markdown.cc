#include "reports/render/markdown.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "framework/record/clusters.h"
#include "framework/record/operators.h"
#include "reports/render/clean_text.h"
#include "reports/render/failure.h"
#include "reports/render/operators.h"

namespace conformance::reports {
namespace {

using record::CellRecord;

constexpr size_t kLongText = 2000;  ///< of one cause; the JSON record has the whole

std::string Cut(const std::string& text) {
  if (text.size() <= kLongText) return text;
  size_t end = kLongText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " …";
}

std::string Code(const std::string& text) { return "<code>" + MarkdownText(text) + "</code>"; }

/// A block whose fence is longer than any run of backticks inside.
std::string Fenced(const std::string& text) {
  const std::string clean = CleanText(text);
  size_t longest = 2, run = 0;
  for (const char c : clean) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "sh\n" + clean + "\n" + fence + "\n";
}

void AddCounts(const record::RunRecord& run, std::string& text) {
  std::vector<std::string> backends, words;
  for (const CellRecord& cell : run.cells) {
    const std::string column = cell.id.exporter + " → " + cell.id.backend;
    if (std::ranges::find(backends, column) == backends.end()) backends.push_back(column);
  }
  for (const auto& [word, count] : run.Summary()) words.push_back(word);
  if (words.empty()) return;
  text += "| exporter → backend |";
  for (const std::string& word : words) text += " " + word + " |";
  text += "\n|---|";
  for (size_t i = 0; i < words.size(); ++i) text += "--:|";
  text += "\n";
  for (const std::string& backend : backends) {
    text += "| " + MarkdownText(backend) + " |";
    for (const std::string& word : words) {
      const auto count = std::ranges::count_if(run.cells, [&](const CellRecord& cell) {
        return cell.id.exporter + " → " + cell.id.backend == backend && cell.shown_word() == word;
      });
      text += count == 0 ? " |" : " " + std::to_string(count) + " |";
    }
    text += "\n";
  }
  text += "\n";
}

void AddFailures(const record::RunRecord& run, std::string& text) {
  const std::vector<record::Cluster> clusters = record::Clusters(run);
  if (clusters.empty()) return;
  text += "### Not as expected: " + record::CountText(clusters) + "\n\n";
  for (size_t i = 0; i < clusters.size() && i < kMarkdownFailures; ++i) {
    const std::vector<size_t>& cells = clusters[i].cells;
    const CellRecord& first = run.cells[cells.front()];
    const Failure failure = FailureOf(first);
    text += "<details><summary><b>" + failure.word + "</b> " + Code(failure.cell) + " (" + failure.stage + ")" +
            (cells.size() > 1 ? " and " + std::to_string(cells.size() - 1) + " more" : "") + "</summary>\n\n";
    text += MarkdownText(Cut(failure.cause)) + "\n\n";
    if (!failure.figure.empty()) text += MarkdownText(Cut(failure.figure)) + "\n\n";
    for (const std::string& note : first.notes) text += "- " + MarkdownText(Cut(note)) + "\n";
    if (!first.notes.empty()) text += "\n";
    if (!failure.command.empty()) text += Fenced(failure.command) + "\n";
    if (cells.size() > 1) text += "The same cause (" + MarkdownText(Cut(clusters[i].cause)) + "):\n\n";
    for (size_t k = 1; k < cells.size() && k <= kMarkdownFailures; ++k) {
      text += "- <b>" + run.cells[cells[k]].shown_word() + "</b> " + Code(run.cells[cells[k]].id.ToString()) + "\n";
    }
    if (cells.size() > kMarkdownFailures + 1) text += "- " + std::to_string(cells.size() - kMarkdownFailures - 1) + " more\n";
    text += "</details>\n\n";
  }
  if (clusters.size() > kMarkdownFailures) text += std::to_string(clusters.size() - kMarkdownFailures) + " more causes are in the record.\n\n";
}

/// Where tests of operators were run: a table of those of which something does not pass.
void AddOperators(const record::RunRecord& run, std::string& text) {
  const record::OperatorTable table = record::OperatorsOf(run);
  if (table.empty()) return;
  text += "### Operators\n\npass/fail/unsupported/other of the cells in which each operator stands; *use*: nodes in the zoo's models.\n\n| operator | use |";
  std::string rule = "\n|---|--:|", weighted = "| **all, by use** | " + std::to_string(table.Used()) + " |";
  for (const std::string& backend : table.backends) {
    text += " " + MarkdownText(backend) + " |";
    rule += "--:|";
    weighted += " **" + PercentText(table.Weighted(backend)) + "** |";
  }
  text += rule + "\n";
  if (table.Used() > 0) text += weighted + "\n";
  size_t whole = 0;
  for (const record::OperatorRow& row : table.rows) {
    if (std::ranges::all_of(row.backends, [](const auto& entry) { return entry.second.pass == entry.second.all(); })) {
      ++whole;
      continue;
    }
    text += "| " + Code(row.name) + " | " + std::to_string(row.use) + " |";
    for (const std::string& backend : table.backends) text += " " + CountsText(row, backend) + " |";
    text += "\n";
  }
  text += "\n" + std::to_string(whole) + " operators pass in every cell and are left out.\n\n";
}

void AddUnavailable(const record::RunRecord& run, std::string& text) {
  std::set<std::string> seen;
  for (const CellRecord& cell : run.cells) {
    if (cell.outcome != record::Outcome::kUnavailable || !seen.insert(cell.id.backend + "\n" + cell.reason).second) continue;
    text += "- unavailable: " + MarkdownText(cell.id.backend + ": " + Cut(cell.reason)) + "\n";
  }
  for (const std::string& warning : run.warnings) text += "- warning: " + MarkdownText(Cut(warning)) + "\n";
  if (!seen.empty() || !run.warnings.empty()) text += "\n";
}

}  // namespace

std::string MarkdownText(std::string_view text) {
  std::string markdown;
  for (const char c : CleanText(text)) {
    switch (c) {
      case '\n': markdown += "<br>"; break;
      case '&': case '<': case '>': case '|': case '\\': case '`': case '*': case '_': case '[': case ']': case '~': case '#': case '@':
      case '!': case '$': case '\'': case '"': markdown += "&#" + std::to_string(static_cast<int>(c)) + ";"; break;
      default: markdown += c;
    }
  }
  return markdown;
}

Result<std::string> MarkdownWriter::Render(const record::RunRecord& run) const {
  const Verdict verdict = VerdictOf(run);
  std::string text = "## Conformance: " + verdict.words + "\n\n";
  const std::string lack = NotRun(run);
  if (!lack.empty() && lack != verdict.words) text += "**" + lack + "**\n\n";
  for (const std::string& gap : run.Gaps()) {
    if (lack.empty() || gap.find(lack) == std::string::npos) text += "- " + MarkdownText(gap) + "\n\n";
  }
  AddCounts(run, text);
  AddFailures(run, text);
  AddOperators(run, text);
  AddUnavailable(run, text);
  text += std::to_string(run.cells.size()) + " cells, version " + MarkdownText(run.version) + ", seed " + std::to_string(run.seed);
  for (const auto& [name, version] : run.versions) text += ", " + MarkdownText(name + " " + version);
  text += "\n";
  if (!run.command_line.empty()) text += "\n" + Fenced(run.command_line);
  return text;
}

}  // namespace conformance::reports
