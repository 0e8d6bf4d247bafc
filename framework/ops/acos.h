#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = arccos x; NaN outside [-1, 1].
/// Units:  y in radians, from 0 to π.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.acos.
Value Acos(OpContext& context, const Value& x);

const OpDef& AcosOp();  ///< aten.acos.default

}  // namespace conformance::ops
