#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Swaps two axes; shares storage. Negative axes count from the end.
/// Shapes: x [..., m, ..., n, ...] -> y [..., n, ..., m, ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.transpose.
Value Transpose(OpContext& context, const Value& x, int64_t axis0, int64_t axis1);

const OpDef& TransposeOp();  ///< aten.transpose.int

}  // namespace conformance::ops
