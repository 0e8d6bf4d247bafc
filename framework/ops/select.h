#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// One position of an axis, which disappears; negative counts from the end. Shares storage.
/// Shapes: x [..., n, ...] -> y [..., ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank, or a position outside the axis.
/// Source: torch.select.
Value Select(OpContext& context, const Value& x, int64_t axis, SymInt position);

const OpDef& SelectOp();  ///< aten.select.int

}  // namespace conformance::ops
