#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = arctan x.
/// Units:  y in radians, from -π/2 to π/2.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.atan.
Value Atan(OpContext& context, const Value& x);

const OpDef& AtanOp();  ///< aten.atan.default

}  // namespace conformance::ops
