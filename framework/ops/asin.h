#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = arcsin x; NaN outside [-1, 1].
/// Units:  y in radians, from -π/2 to π/2.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.asin.
Value Asin(OpContext& context, const Value& x);

const OpDef& AsinOp();  ///< aten.asin.default

}  // namespace conformance::ops
