#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = log x to base 2.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.log2.
Value Log2(OpContext& context, const Value& x);

const OpDef& Log2Op();  ///< aten.log2.default

}  // namespace conformance::ops
