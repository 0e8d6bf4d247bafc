#pragma once

#include <vector>

#include "framework/base/result.h"
#include "framework/engine/run_folder.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// One record of many of one plan: shards of a run, or runs that were stopped. The result does not depend on their order, and
/// merging merged ones is the same as merging all at once. A cell that several have is taken from the one that started last. Its
/// seconds are those of all together. Cells that none has are not among the result's; RunRecord::Missing names them.
/// Errors: kInvalid where there is nothing to merge, a record tells nothing of its plan, or two are of different plans, options, versions or
/// divisions, naming both and what differs.
Result<record::RunRecord> MergeRuns(std::vector<NamedRun> runs);

}  // namespace conformance::engine
