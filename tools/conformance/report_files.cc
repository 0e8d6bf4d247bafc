#include "tools/conformance/report_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <CLI/CLI.hpp>

#include "framework/base/strings.h"
#include "framework/engine/shard.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {
namespace {

using Wanted = std::vector<std::pair<std::string, std::string>>;  // writer, file

Wanted Named(const ReportFiles& files) {
  Wanted wanted;
  for (const auto& [name, file] : Wanted{{"json", files.json}, {"html", files.html}, {"junit", files.junit}, {"markdown", files.markdown},
                                         {"sarif", files.sarif}}) {
    if (!file.empty()) wanted.emplace_back(name, file);
  }
  for (const std::string& other : files.others) {
    const size_t equals = other.find('=');
    wanted.emplace_back(other.substr(0, equals), equals == std::string::npos ? "" : other.substr(equals + 1));
  }
  return wanted;
}

Result<std::string> Render(const engine::Toolbox& toolbox, const std::string& writer, const record::RunRecord& run) {
  const ports::ReportWriter* found = toolbox.report_writers.Find(writer);
  if (found) return found->Render(run);
  return Invalid("no report writer of that name").With("found", writer).With("wanted", Join(toolbox.report_writers.Names(), ", "));
}

}  // namespace

bool ReportFiles::OnStandardOutput() const {
  return std::ranges::any_of(Named(*this), [](const auto& wanted) { return wanted.second == "-"; });
}

bool ReportFiles::empty() const { return Named(*this).empty(); }

void AddReportOptions(CLI::App& command, ReportFiles& files) {
  const char* group = "Reports (FILE - is standard output)";
  command.add_option("--json", files.json, "the record (schema: reports/record.schema.json)")->group(group);
  command.add_option("--html", files.html, "one self-contained page")->group(group);
  command.add_option("--junit", files.junit, "JUnit XML")->group(group);
  command.add_option("--markdown", files.markdown, "GitHub's Markdown; $GITHUB_STEP_SUMMARY, where set, gets it as well")->group(group);
  command.add_option("--sarif", files.sarif, "SARIF 2.1.0, for code scanning")->group(group);
  command.add_option("--report", files.others, "NAME=FILE, NAME as `conformance list reports` shows it (may be repeated)")
      ->group(group)
      ->expected(1)
      ->take_all();
}

Status WriteReportFiles(const engine::Toolbox& toolbox, const ReportFiles& files, const record::RunRecord& run) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [writer, file] : Named(files)) {
    if (file.empty()) return Invalid("malformed --report").With("found", writer).With("wanted", "NAME=FILE");
    CONFORMANCE_TRY(std::string text, Render(toolbox, writer, run));
    texts.emplace_back(file, std::move(text));
  }
  // Each that can be written is, though another cannot.
  Status status;
  for (const auto& [file, text] : texts) {
    if (Status written = WriteOutput(file, text); status.ok()) status = std::move(written);
  }
  return status;
}

Status WriteAllReports(const engine::Toolbox& toolbox, const std::string& folder, const record::RunRecord& run) {
  for (const auto& writer : toolbox.report_writers.All()) {
    CONFORMANCE_TRY(const std::string text, writer->Render(run));
    const std::string part = engine::Shard{run.plan.shard, run.plan.shards}.FileSuffix();
    const auto file = std::filesystem::path(folder) / ("report" + part + std::string(writer->FileExtension()));
    CONFORMANCE_RETURN_IF_ERROR(WriteOutput(file.string(), text));
  }
  return Ok();
}

Status AppendStepSummary(const engine::Toolbox& toolbox, const record::RunRecord& run) {
  const char* file = std::getenv("GITHUB_STEP_SUMMARY");
  if (file == nullptr || *file == '\0' || !toolbox.report_writers.Find("markdown")) return Ok();
  CONFORMANCE_TRY(const std::string text, Render(toolbox, "markdown", run));
  std::FILE* out = std::fopen(file, "ab");
  if (out == nullptr) return ErrnoError("cannot open", file, errno);
  const bool whole = std::fwrite(text.data(), 1, text.size(), out) == text.size() && std::fputc('\n', out) != EOF;
  if (std::fclose(out) != 0 || !whole) return ErrnoError("cannot write", file, errno);
  return Ok();
}

}  // namespace conformance::cli
