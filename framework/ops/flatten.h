#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Merges the axes `start` to `end`, both included, into one. A tensor without axes becomes [1].
/// Shapes: x [a, b, c, d], 1, 2 -> y [a, b·c, d].
/// Types:  any.
/// Errors: kShape for an axis outside the rank, or start > end.
/// Source: torch.flatten.
Value Flatten(OpContext& context, const Value& x, int64_t start = 0, int64_t end = -1);

const OpDef& FlattenOp();  ///< aten.flatten.using_ints

}  // namespace conformance::ops
