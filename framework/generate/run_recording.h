#pragma once

#include "framework/base/result.h"
#include "framework/generate/generate.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/tensor/tensor.h"

namespace conformance::generate {

/// Calls the model as the recording did: outputs by dotted name; `sequences` (i64 [batch, length]) for generate and
/// generate_batch; for "hidden" what it records (hidden states by dotted name, blocks' outputs by module path). Errors: those of forward and of Greedy.
Result<NamedTensors> RunRecording(const load::LoadedModel& loaded, const load::Recording& recording,
                                  const ContextFactory& context);

}  // namespace conformance::generate
