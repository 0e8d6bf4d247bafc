#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A copy of x to which source is added: y[i][index[i][j]] += source[i][j] for axis 1, and so for others.
/// Shapes: x [...], index of x's rank, source at least as long -> y [...].
/// Types:  source has the type of x; index i64 or i32.
/// Errors: kShape for other ranks, or an index longer than source or (elsewhere than along the axis) x; kType for other types.
/// Source: torch.scatter_add.
Value ScatterAdd(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source);

const OpDef& ScatterAddOp();  ///< aten.scatter_add.default

}  // namespace conformance::ops
