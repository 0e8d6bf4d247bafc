#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Means over windows chosen so that the output has the wanted size: output i covers [floor(i·h/ho),
/// ceil((i+1)·h/ho)).
/// Shapes: x [n, c, h, w] (or without n) -> y [n, c, ho, wo].
/// Types:  floats; y has the type of x.
/// Errors: kShape for other ranks; kType if x is not floating.
/// Source: torch.nn.functional.adaptive_avg_pool2d.
Value AdaptiveAvgPool2d(OpContext& context, const Value& x, std::vector<SymInt> output_size);

const OpDef& AdaptiveAvgPool2dOp();  ///< aten.adaptive_avg_pool2d.default

}  // namespace conformance::ops
