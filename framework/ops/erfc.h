#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = 1 - erf x, without cancellation.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.erfc.
Value Erfc(OpContext& context, const Value& x);

const OpDef& ErfcOp();  ///< aten.erfc.default

}  // namespace conformance::ops
