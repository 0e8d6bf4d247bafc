#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/engine/plan.h"
#include "framework/engine/shared_work.h"
#include "framework/engine/sweep.h"
#include "framework/engine/toolbox.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// One cell laid open: what a sweep makes on the way to its verdict, for tools that look into it.
struct Dissection {
  PlannedCell cell;
  std::shared_ptr<const LoadedCase> loaded;
  Call call;                                 ///< the one that is looked at
  size_t index = 0;                          ///< its place among the variant's calls; 0: the traced one
  ports::ModelInputs prepared;               ///< what the artifact is run on, before names are bound
  std::shared_ptr<const MadeArtifact> made;  ///< with `program` where one was lowered
  NamedTensors bound;                        ///< inputs under the artifact's names
  std::shared_ptr<const Truth> truth;        ///< the judge's outputs of the call
};

/// The only cell of `cases` that `options` select. Errors: kInvalid where there are several, naming the first.
Result<PlannedCell> OnlyCell(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases, const SweepOptions& options);

/// Loads, exports into `folder` and has the judge evaluate the call of that assignment (empty: the traced one); the backend is not started.
/// Errors: of any of these steps; kUnsupported for a recording.
Result<Dissection> Dissect(const Toolbox& toolbox, const PlannedCell& cell, const SweepOptions& options, const std::filesystem::path& folder,
                           const std::string& assignment);

/// The assignment at which a cell failed: of its first output that did not pass, else what its reason begins with; empty: the traced one.
std::string FailedAt(const record::CellRecord& cell);

}  // namespace conformance::engine
