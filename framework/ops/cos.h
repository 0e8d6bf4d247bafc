#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = cos x.
/// Units:  x in radians.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.cos.
Value Cos(OpContext& context, const Value& x);

const OpDef& CosOp();  ///< aten.cos.default

}  // namespace conformance::ops
