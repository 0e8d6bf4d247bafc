#pragma once

#include <filesystem>
#include <string>

#include "framework/engine/lists.h"
#include "framework/engine/plan.h"
#include "framework/engine/shared_work.h"
#include "framework/engine/sweep.h"
#include "framework/engine/toolbox.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// What all cells of a sweep have in common. Const while cells run.
struct SweepContext {
  const Toolbox& toolbox;
  const SweepOptions& options;
  const Lists& lists;
  std::filesystem::path artifacts;  ///< folder for what exporters write
  bool writes_programs = false;     ///< exporter `none` leaves a file, for backends in workers
  /// Writes artifact.program under `artifacts` and sets path and files.
  Status WriteProgram(const PlannedCell& cell, ports::Artifact& artifact) const;
};

/// Runs one cell: load, trace, export, check, prepare, run, compare, and what a list entry asks for beside. Never throws; every
/// failure is the record's outcome. `work` is shared with the case's other cells. Usable from several threads at once.
record::CellRecord RunCell(const SweepContext& context, const PlannedCell& cell, CaseWork& work);

/// The one command that repeats a cell.
std::string RepeatCommand(const SweepOptions& options, const PlannedCell& cell);

}  // namespace conformance::engine
