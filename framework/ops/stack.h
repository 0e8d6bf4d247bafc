#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Joins k tensors along a new axis.
/// Shapes: xs [...], all equal -> y [..., k, ...].
/// Types:  promoted over all.
/// Errors: kInvalid for no tensors; kShape for other sizes, or an axis outside [-rank-1, rank].
/// Source: torch.stack.
Value Stack(OpContext& context, std::vector<Value> xs, int64_t axis = 0);

const OpDef& StackOp();  ///< aten.stack.default

}  // namespace conformance::ops
