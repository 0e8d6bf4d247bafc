#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The diagonal of two axes, as the last axis: y[..., i] = x[i, i + offset], or x[i - offset, i] for an offset below 0.
/// Shapes: x [..., n, ..., m, ...] -> y [..., min(n, m - offset)], or [..., min(n + offset, m)].
/// Types:  y has the type of x.
/// Errors: kShape for an axis outside the rank, or twice the same.
/// Source: torch.diagonal.
Value Diagonal(OpContext& context, const Value& x, int64_t offset, int64_t axis1, int64_t axis2);

const OpDef& DiagonalOp();  ///< aten.diagonal.default

}  // namespace conformance::ops
