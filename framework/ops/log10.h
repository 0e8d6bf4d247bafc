#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = log x to base 10.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.log10.
Value Log10(OpContext& context, const Value& x);

const OpDef& Log10Op();  ///< aten.log10.default

}  // namespace conformance::ops
