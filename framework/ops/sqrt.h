#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = √x; NaN below 0.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.sqrt.
Value Sqrt(OpContext& context, const Value& x);

const OpDef& SqrtOp();  ///< aten.sqrt.default

}  // namespace conformance::ops
