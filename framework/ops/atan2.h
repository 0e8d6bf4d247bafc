#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = the angle of the point (b, a), as atan2(a, b) of C; signs of zeros count.
/// Units:  y in radians, from -π to π.
/// Shapes: a, b broadcast -> y.
/// Types:  promoted; integers and bool give f32.
/// Errors: kShape if a and b do not broadcast.
/// Source: torch.atan2.
Value Atan2(OpContext& context, const Value& a, const Value& b);

const OpDef& Atan2Op();  ///< aten.atan2.default

}  // namespace conformance::ops
