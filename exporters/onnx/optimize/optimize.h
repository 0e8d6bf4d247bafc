#pragma once

#include <cstdint>

#include "exporters/onnx/lower/translate.h"
#include "framework/base/result.h"

namespace conformance::onnx {

/// What the passes did, for the manifest.
struct OptimizeCounts {
  int64_t folded = 0;   ///< nodes that became constants
  int64_t merged = 0;   ///< nodes that computed what another did
  int64_t dropped = 0;  ///< identities, and nodes that nobody reads
};

/// Constant folding of small tensors, shapes of values that are known, common subexpressions, identities, dead code. Graph inputs
/// and outputs keep their names, weights their bytes. Linear in the number of nodes.
OptimizeCounts Optimize(LoweredModel& lowered);

}  // namespace conformance::onnx
