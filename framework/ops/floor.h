#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The largest integer ≤ x.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.floor.
Value Floor(OpContext& context, const Value& x);

const OpDef& FloorOp();  ///< aten.floor.default

}  // namespace conformance::ops
