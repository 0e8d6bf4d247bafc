#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = max(0, x) + min(0, alpha * (e^(x / alpha) - 1)).
/// Shapes: x [...] -> y [...].
/// Types:  floats; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.nn.functional.celu.
Value Celu(OpContext& context, const Value& x, double alpha = 1);

const OpDef& CeluOp();  ///< aten.celu.default

}  // namespace conformance::ops
