#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = sin x.
/// Units:  x in radians.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.sin.
Value Sin(OpContext& context, const Value& x);

const OpDef& SinOp();  ///< aten.sin.default

}  // namespace conformance::ops
