#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = arcosh x; NaN below 1.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.acosh.
Value Acosh(OpContext& context, const Value& x);

const OpDef& AcoshOp();  ///< aten.acosh.default

}  // namespace conformance::ops
