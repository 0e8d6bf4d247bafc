#pragma once

#include <memory>

#include "framework/base/result.h"
#include "framework/engine/cell.h"
#include "framework/engine/plan.h"
#include "framework/engine/timer.h"
#include "framework/ports/backend.h"

namespace conformance::engine {

/// A cell's backend with an artifact loaded, as the sweep's options ask. Errors: of the backend.
Result<std::unique_ptr<ports::Session>> OpenSession(const SweepContext& context, const PlannedCell& cell, bool optimize,
                                                    const ports::Artifact& artifact, StageTimer& timer);

/// What the artifact is run on: the call's inputs as its exporter prepares them. Errors: of the exporter.
Result<ports::ModelInputs> PreparedInputs(const SweepContext& context, const PlannedCell& cell, bool optimize, const LoadedCase& loaded,
                                          const Call& call, const ports::Artifact& artifact, StageTimer& timer);

/// One run; `inputs` are bound to the artifact's names. Errors: of the backend, and kInternal where it changes its inputs.
Result<NamedTensors> RunSession(const PlannedCell& cell, ports::Session& session, const NamedTensors& inputs, StageTimer& timer);

}  // namespace conformance::engine
