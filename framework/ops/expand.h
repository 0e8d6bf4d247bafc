#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Repeats axes of size 1 without copying (stride 0); new axes come first. -1 keeps an axis.
/// Shapes: x [...] -> y `sizes`.
/// Types:  any.
/// Errors: kShape if `sizes` is shorter than x's rank, a kept size is asked for a new axis, or a size differs
///         from x's that is not 1.
/// Source: torch.Tensor.expand.
Value Expand(OpContext& context, const Value& x, std::vector<SymInt> sizes);

const OpDef& ExpandOp();    ///< aten.expand.default
const OpDef& ExpandAsOp();  ///< aten.expand_as.default
const OpDef& BroadcastToOp();  ///< aten.broadcast_to.default

}  // namespace conformance::ops
