#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = artanh x; ±inf at ±1, NaN beyond.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.atanh.
Value Atanh(OpContext& context, const Value& x);

const OpDef& AtanhOp();  ///< aten.atanh.default

}  // namespace conformance::ops
