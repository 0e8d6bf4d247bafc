#pragma once

#include <vector>

#include "framework/rewrite/fix.h"

namespace conformance::onnx {

/// Stage 1: operators whose pattern this exporter wants otherwise. The peer swaps them in PyTorch while it traces; here they are
/// rewrites of the program, so one trace serves every exporter.
std::vector<rewrite::OperatorPatch> OperatorPatches();

// The functions, one file each.
Result<bool> PatchMaskedScatter(rewrite::NodeEdit& edit);
Result<bool> PatchRmsNormWithoutWeight(rewrite::NodeEdit& edit);

}  // namespace conformance::onnx
