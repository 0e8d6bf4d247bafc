#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = tan x.
/// Units:  x in radians.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.tan.
Value Tan(OpContext& context, const Value& x);

const OpDef& TanOp();  ///< aten.tan.default

}  // namespace conformance::ops
