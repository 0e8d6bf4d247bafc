#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A new axis of size 1 before `axis` (-1: after the last); shares storage.
/// Shapes: x [a, b] -> y [1, a, b], [a, 1, b] or [a, b, 1].
/// Types:  any.
/// Errors: kShape for an axis outside [-rank-1, rank].
/// Source: torch.unsqueeze.
Value Unsqueeze(OpContext& context, const Value& x, int64_t axis);

const OpDef& UnsqueezeOp();  ///< aten.unsqueeze.default

}  // namespace conformance::ops
