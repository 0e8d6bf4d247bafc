#pragma once

#include "framework/base/result.h"
#include "framework/cases/leaf_plan.h"
#include "framework/ir/program.h"

namespace conformance::cases {

/// How a Program's user inputs are made: names from its tree specs, sizes and ranges from its signature, range constraints and guards,
/// and what stands in them from how the graph uses them. An integer that picks rows of a table (embedding, index_select, gather, index)
/// stays below the table's rows; masks are ones; positions count. First sizes are those of the example inputs.
/// Errors: kUnsupported for an input that is no tensor or of a dtype without computing; kCorrupt for broken tree specs.
Result<LeafPlan> LeavesOf(const ir::Program& program);

}  // namespace conformance::cases
