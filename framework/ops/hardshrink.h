#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x outside [-lambda, lambda], else 0.
/// Shapes: x [...] -> y [...].
/// Types:  floats; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.nn.functional.hardshrink.
Value Hardshrink(OpContext& context, const Value& x, double lambda = 0.5);

const OpDef& HardshrinkOp();  ///< aten.hardshrink.default

}  // namespace conformance::ops
