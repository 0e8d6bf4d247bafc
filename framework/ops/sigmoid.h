#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = 1 / (1 + e⁻ˣ).
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.sigmoid.
Value Sigmoid(OpContext& context, const Value& x);

const OpDef& SigmoidOp();         ///< aten.sigmoid.default
const OpDef& SigmoidInPlaceOp();  ///< aten.sigmoid_.default: writes y into x

}  // namespace conformance::ops
