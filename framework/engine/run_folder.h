#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// A record and where it comes from, for messages.
struct NamedRun {
  std::string name;
  record::RunRecord run;
};

/// What is there of runs at `path`: one record for a JSON record or a journal, one for each journal of a run's folder (its report.json
/// where it has no journal). Of a journal that a run was killed over or is still writing: what it has. Errors: kNotFound where there
/// is nothing of a run, naming what was looked for; those of reading each format, with the file.
Result<std::vector<NamedRun>> ReadRuns(const std::filesystem::path& path);

}  // namespace conformance::engine
