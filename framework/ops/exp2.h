#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = 2^x.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.exp2.
Value Exp2(OpContext& context, const Value& x);

const OpDef& Exp2Op();  ///< aten.exp2.default

}  // namespace conformance::ops
