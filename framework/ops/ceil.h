#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The smallest integer ≥ x.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.ceil.
Value Ceil(OpContext& context, const Value& x);

const OpDef& CeilOp();  ///< aten.ceil.default

}  // namespace conformance::ops
