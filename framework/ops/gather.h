#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y[i][j][k] = x[i][index[i][j][k]][k] for axis 1, and so for others.
/// Shapes: x [...], index [...] of x's rank, no longer than x elsewhere than along the axis -> y, the sizes
///         of index.
/// Types:  x any; index i64 or i32; y has the type of x.
/// Errors: kShape for another rank or a longer index; kType for another index.
/// Source: torch.gather.
Value Gather(OpContext& context, const Value& x, int64_t axis, const Value& index);

const OpDef& GatherOp();  ///< aten.gather.default

}  // namespace conformance::ops
