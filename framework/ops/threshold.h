#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x above the threshold, else value.
/// Shapes: x [...] -> y [...].
/// Types:  floats; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.nn.functional.threshold.
Value Threshold(OpContext& context, const Value& x, double threshold, double value);

const OpDef& ThresholdOp();  ///< aten.threshold.default

}  // namespace conformance::ops
