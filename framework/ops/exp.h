#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = eˣ.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.exp.
Value Exp(OpContext& context, const Value& x);

const OpDef& ExpOp();         ///< aten.exp.default
const OpDef& ExpInPlaceOp();  ///< aten.exp_.default: writes y into x

}  // namespace conformance::ops
