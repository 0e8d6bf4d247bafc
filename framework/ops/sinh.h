#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = sinh x.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.sinh.
Value Sinh(OpContext& context, const Value& x);

const OpDef& SinhOp();  ///< aten.sinh.default

}  // namespace conformance::ops
