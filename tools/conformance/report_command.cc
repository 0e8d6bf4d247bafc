#include <cstdio>
#include <filesystem>

#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "framework/record/record.h"
#include "reports/render/text.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {
namespace {

Result<record::RunRecord> ReadRecord(const std::string& given) {
  std::filesystem::path file(given);
  if (std::filesystem::is_directory(file)) {
    file /= "report.json";
    if (!std::filesystem::exists(file)) {
      return NotFound("the run folder has no report.json; `conformance run --run-dir DIR --resume` finishes the run and writes it")
          .With("file", file.string());
    }
  }
  CONFORMANCE_TRY(const Json json, formats::ReadJson(file));
  auto run = record::RunRecord::FromJson(json);
  if (!run.ok()) return std::move(run).error().With("file", file.string());
  return run;
}

}  // namespace

int ReportCommand(const engine::Toolbox& toolbox, const ReportOptions& options) {
  const auto run = ReadRecord(options.record);
  if (!run.ok()) return Complain(run.error());
  const auto write = [&](std::string_view writer, const std::string& file) -> Status {
    CONFORMANCE_TRY(const std::string text, toolbox.report_writers.Find(writer)->Render(*run));
    return WriteOutput(file, text);
  };
  if (!options.json.empty()) {
    if (const Status status = write("json", options.json); !status.ok()) return Complain(status.error());
  }
  if (!options.html.empty()) {
    if (const Status status = write("html", options.html); !status.ok()) return Complain(status.error());
  }
  if (options.json.empty() && options.html.empty()) {
    const auto text = reports::TextWriter().Render(*run);
    if (!text.ok()) return Complain(text.error());
    std::fputs(text->c_str(), stdout);
  }
  return 0;
}

}  // namespace conformance::cli
