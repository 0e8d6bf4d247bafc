#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Positions `index` of an axis.
/// Shapes: x [..., n, ...], index [k] -> y [..., k, ...].
/// Types:  x any; index i64 or i32; y has the type of x.
/// Errors: kShape for an index with more than one axis, or an axis outside the rank; kType for another index.
/// Source: torch.index_select.
Value IndexSelect(OpContext& context, const Value& x, int64_t axis, const Value& index);

const OpDef& IndexSelectOp();  ///< aten.index_select.default

}  // namespace conformance::ops
