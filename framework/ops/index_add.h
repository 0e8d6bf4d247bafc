#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A copy of x to which slices of source are added, times alpha, or (index_copy) written: slice i of source goes to slice index[i] of axis.
/// Shapes: x [..., n, ...], index [k], source like x with k along the axis -> y [..., n, ...].
/// Types:  source has the type of x; index i64 or i32 (index_copy: i64).
/// Errors: kShape where sizes do not fit; kType for other types.
/// Source: torch.index_add, torch.index_copy.
Value IndexAdd(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source);
Value IndexCopy(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source);

const OpDef& IndexAddOp();   ///< aten.index_add.default
const OpDef& IndexCopyOp();  ///< aten.index_copy.default

}  // namespace conformance::ops
