#pragma once

#include <vector>

#include "framework/record/record.h"

namespace conformance::engine {

/// True for a verdict that is to be repeated before it stands: a failure that no list entry expects, and that was not yet run again.
/// What was refused by name or is missing is no chance matter.
bool OwesRerun(const record::CellRecord& cell);

/// The verdict on a cell that failed and was run again alone with the same seed: `flake`, with its rate, where any of those passes;
/// else the first, with what the others were where they were another failure. Facts get `runs`: how many there were and how each ended.
record::CellRecord AfterReruns(record::CellRecord first, const std::vector<record::CellRecord>& again);

}  // namespace conformance::engine
