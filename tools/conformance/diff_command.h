#pragma once

#include <functional>
#include <string>

#include "framework/record/record.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance diff A B`: adds the command; what is returned runs it.
std::function<int()> AddDiff(CLI::App& app);

/// `run --baseline FILE`: prints what changed against the record in `file` to `words` (null: nobody) and gives the run's exit code: 1 where a
/// cell that is not as expected was so before or was not there; `plain`, what the run would end with without a baseline, where nothing was
/// compared or the harness is broken. `whole`: the run was of the whole catalogue, so that a cell it lacks is gone.
Result<int> JudgeByBaseline(const std::string& file, const record::RunRecord& run, bool whole, int plain, std::FILE* words);

}  // namespace conformance::cli
