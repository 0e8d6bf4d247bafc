#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The n-th difference along an axis, after joining `prepend` before and `append` after it; of bools:
/// exclusive or.
/// Shapes: x [..., m, ...] -> y [..., max(m + prepended + appended − n, 0), ...].
/// Types:  y has the promoted type.
/// Errors: kShape for a tensor without axes, or an axis outside the rank; kInvalid for negative n.
/// Source: torch.diff.
Value Diff(OpContext& context, const Value& x, int64_t n = 1, int64_t axis = -1, const Value& prepend = {},
           const Value& append = {});

const OpDef& DiffOp();  ///< aten.diff.default

}  // namespace conformance::ops
