#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = 1/x.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.reciprocal.
Value Reciprocal(OpContext& context, const Value& x);

const OpDef& ReciprocalOp();  ///< aten.reciprocal.default

}  // namespace conformance::ops
