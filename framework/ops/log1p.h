#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = log(1 + x), without cancellation near 0.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.log1p.
Value Log1p(OpContext& context, const Value& x);

const OpDef& Log1pOp();  ///< aten.log1p.default

}  // namespace conformance::ops
