#pragma once

#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ports/backend.h"

namespace conformance::compare {

/// What a session shows of the values that it is asked for.
struct Observation {
  NamedTensors outputs;             ///< of the run, as without observing
  std::vector<std::string> values;  ///< those of `values` that it has, in their order
  NamedTensors captured;            ///< these, in that order
};

/// RunCapturing, where a runtime may not have every value any more (it folds constants, merges names): those that it names as missing
/// (kNotFound, a fact "found" for each) are left out and the rest is asked for again. Errors: of RunCapturing; kNotFound where none is left.
Result<Observation> Observe(ports::Session& session, const NamedTensors& inputs, std::vector<std::string> values);

}  // namespace conformance::compare
