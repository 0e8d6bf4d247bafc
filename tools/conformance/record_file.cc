#include "tools/conformance/record_file.h"

#include <filesystem>

#include "framework/formats/json.h"

namespace conformance::cli {

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

}  // namespace conformance::cli
