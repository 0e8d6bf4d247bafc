#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = e^x - 1, without cancellation near 0.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.expm1.
Value Expm1(OpContext& context, const Value& x);

const OpDef& Expm1Op();  ///< aten.expm1.default

}  // namespace conformance::ops
