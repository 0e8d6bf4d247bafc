#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Windows of `size` positions, every `step`, along an axis; the window becomes the last axis. Shares
/// storage.
/// Shapes: x [..., n, ...] -> y [..., floor((n − size) / step) + 1, ..., size].
/// Types:  any.
/// Errors: kShape if size > n, or for an axis outside the rank; kInvalid unless size ≥ 0 and step > 0.
/// Source: torch.Tensor.unfold.
Value Unfold(OpContext& context, const Value& x, int64_t axis, int64_t size, int64_t step);

const OpDef& UnfoldOp();  ///< aten.unfold.default

}  // namespace conformance::ops
