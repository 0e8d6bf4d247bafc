#pragma once

#include <memory>

#include "framework/compare/local_lane.h"
#include "framework/engine/shared_work.h"
#include "framework/engine/toolbox.h"

namespace conformance::engine {

/// The local lane over one run of an artifact that was made of a Program, or of an .onnx file (by the toolbox's `onnx-reference`): every operator that the backend shows, in f64 by the toolbox's
/// reference `program`. `inputs` are the Program's, `bound` and `outputs` those of the session's run. What cannot be looked into is
/// `unavailable` in the report. `seed`: of what the Program draws. Errors: of the reference.
Result<compare::LocalReport> LookInside(const Toolbox& toolbox, const ports::Backend& backend,
                                        const std::shared_ptr<const weights::Weights>& weights, const MadeArtifact& made,
                                        ports::Session& session, const NamedTensors& inputs, const NamedTensors& bound,
                                        const NamedTensors& outputs, uint64_t seed);

}  // namespace conformance::engine
