#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A slice of an axis by start and length, as a view.
/// Shapes: x [..., n, ...] -> y [..., length, ...].
/// Types:  y has the type of x.
/// Errors: kShape where the slice does not lie inside the axis.
/// Source: torch.narrow.
Value Narrow(OpContext& context, const Value& x, int64_t axis, SymInt start, SymInt length);

const OpDef& NarrowOp();  ///< aten.narrow.default

}  // namespace conformance::ops
