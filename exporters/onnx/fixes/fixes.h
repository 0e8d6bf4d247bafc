#pragma once

#include <cstdint>
#include <vector>

#include "framework/rewrite/fix.h"

namespace conformance::onnx {

/// Stage 3 (and 2: they run again after decompositions, which bring new nodes of the same kinds).
/// `opset`: what the artifact is written for; some fixes are needed below one only.
std::vector<rewrite::NodeFix> NodeFixes(int64_t opset);

// The functions, one file each.
Result<bool> FixAssertion(rewrite::NodeEdit& edit);
Result<bool> FixLayout(rewrite::NodeEdit& edit);
Result<bool> FixDeadComparison(rewrite::NodeEdit& edit);
Result<bool> FixAlias(rewrite::NodeEdit& edit);
Result<bool> FixNoOp(rewrite::NodeEdit& edit);
Result<bool> FixInPlace(rewrite::NodeEdit& edit);
Result<bool> FixSliceImplicitStart(rewrite::NodeEdit& edit);
Result<bool> FixSortStable(rewrite::NodeEdit& edit);
Result<bool> FixBfloat16Convolution(rewrite::NodeEdit& edit);

}  // namespace conformance::onnx
