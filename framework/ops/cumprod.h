#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Running products along an axis.
/// Shapes: x [...] -> y [...].
/// Types:  `dtype`; by default the type of x, for integers and bool i64.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.cumprod.
Value Cumprod(OpContext& context, const Value& x, int64_t axis);

const OpDef& CumprodOp();  ///< aten.cumprod.default

}  // namespace conformance::ops
