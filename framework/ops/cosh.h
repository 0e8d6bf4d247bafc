#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = cosh x.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.cosh.
Value Cosh(OpContext& context, const Value& x);

const OpDef& CoshOp();  ///< aten.cosh.default

}  // namespace conformance::ops
