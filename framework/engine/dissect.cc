#include "framework/engine/dissect.h"

#include <algorithm>
#include <utility>

#include "framework/engine/artifact_maker.h"
#include "framework/engine/binding.h"
#include "framework/engine/cell.h"
#include "framework/engine/guarded.h"
#include "framework/engine/judge.h"
#include "framework/engine/session_runs.h"
#include "framework/record/clusters.h"

namespace conformance::engine {
Result<PlannedCell> OnlyCell(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases, const SweepOptions& options) {
  CONFORMANCE_TRY(const std::vector<PlannedCell> plan, PlanSweep(toolbox, cases, options));
  if (plan.size() == 1) return plan.front();
  return Invalid("one cell is wanted, and " + std::to_string(plan.size()) + " are selected")
      .With("first", plan[0].id.ToString())
      .With("second", plan[1].id.ToString());
}

Result<Dissection> Dissect(const Toolbox& toolbox, const PlannedCell& cell, const SweepOptions& options, const std::filesystem::path& folder,
                           const std::string& assignment) {
  if (cell.relation) return Unsupported("a relation holds an artifact against itself: look into the cell of its variant").With("cell", cell.id.ToString());
  if (cell.variant.recording) return Unsupported("a recording has no artifact that could be looked into").With("cell", cell.id.ToString());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return IoError("cannot make a folder for artifacts: " + error.message()).With("folder", folder.string());
  const Lists lists((std::vector<ListEntry>()));
  const SweepContext context{.toolbox = toolbox, .options = options, .lists = lists, .artifacts = folder, .writes_programs = false};
  StageTimer timer(*toolbox.clock);
  VariantWork work;
  Dissection open;
  open.cell = cell;
  CONFORMANCE_TRY(open.loaded, Guarded("loading", [&] { return cell.model->Load(cell.dtype); }));
  CONFORMANCE_TRY(const std::vector<Call> calls, Guarded("making inputs", [&] { return SeededCalls(*open.loaded, cell.variant, options.seed); }));
  const auto call = std::ranges::find(calls, assignment, &Call::assignment);
  if (call == calls.end()) return NotFound("the variant has no such call").With("found", assignment).With("cell", cell.id.ToString());
  open.call = *call;
  open.index = static_cast<size_t>(call - calls.begin());
  CONFORMANCE_TRY(open.made, MakeArtifact(context, cell, options.optimize, *open.loaded, calls.front(), work, timer));
  CONFORMANCE_TRY(open.prepared, PreparedInputs(context, cell, options.optimize, *open.loaded, open.call, open.made->artifact, timer));
  std::vector<std::string> unused;
  CONFORMANCE_TRY(open.bound, BindInputs(open.made->artifact, open.prepared.tensors, unused));
  std::shared_ptr<const LoadedCase> judged = open.loaded;
  if (cell.model->Info().measure) {
    CONFORMANCE_TRY(judged, Guarded("loading", [&] { return cell.model->Info().measure->Load(cell.dtype); }));
  }
  CONFORMANCE_TRY(open.truth, Judgement(context, cell, *judged, open.call));
  return open;
}

std::string FailedAt(const record::CellRecord& cell) {
  for (const record::OutputFigures& figures : cell.figures) {
    if (figures.outcome != "pass") return figures.assignment;
  }
  return std::string(record::AssignmentIn(cell.reason));  // "at batch=3,sequence=11: the backend refuses …"
}

}  // namespace conformance::engine
