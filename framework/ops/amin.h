#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Smallest element over `axes` (none given: over all); NaN wins.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  y has the type of x.
/// Errors: kShape for an axis outside the rank, given twice, or of size 0.
/// Source: torch.amin.
Value Amin(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim = false);

const OpDef& AminOp();  ///< aten.amin.default

}  // namespace conformance::ops
