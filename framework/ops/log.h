#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = ln x; −inf at 0, NaN below.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.log.
Value Log(OpContext& context, const Value& x);

const OpDef& LogOp();  ///< aten.log.default

}  // namespace conformance::ops
