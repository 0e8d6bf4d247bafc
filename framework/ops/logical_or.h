#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (a != 0) or (b != 0).
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  any; y is bool.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.logical_or.
Value LogicalOr(OpContext& context, const Value& a, const Value& b);

const OpDef& LogicalOrOp();  ///< aten.logical_or.default

}  // namespace conformance::ops
