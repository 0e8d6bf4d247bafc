#pragma once

#include <cstdio>
#include <functional>

#include "framework/record/record.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance diff A B`: adds the command; what is returned runs it.
std::function<int()> AddDiff(CLI::App& app);

/// `run --baseline FILE`: prints what changed since `baseline` to `words` (null: nobody) and gives the run's exit code: 1 where something got
/// worse or the run was cut short; `plain`, what the run would end with without a baseline, where nothing was compared or the harness is
/// broken. `whole`: the run was of the whole catalogue, so that a cell it lacks is gone.
int JudgeByBaseline(const record::RunRecord& baseline, const record::RunRecord& run, bool whole, int plain, std::FILE* words);

}  // namespace conformance::cli
