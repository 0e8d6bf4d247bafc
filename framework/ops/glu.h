#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The first half of an axis times the sigmoid of the second.
/// Shapes: x [..., 2 n, ...] -> y [..., n, ...].
/// Types:  floats; y has the type of x.
/// Errors: kShape for an axis of odd size; kType if x is not floating.
/// Source: torch.nn.functional.glu.
Value Glu(OpContext& context, const Value& x, int64_t axis = -1);

const OpDef& GluOp();  ///< aten.glu.default

}  // namespace conformance::ops
