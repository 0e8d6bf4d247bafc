#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Smallest element along an axis, and its (first) position; NaN wins.
/// Shapes: x [..., n, ...] -> values and indices [..., ...], or [..., 1, ...] with keepdim.
/// Types:  values have the type of x; indices i64.
/// Errors: kShape for an axis outside the rank, or of size 0.
/// Source: torch.min.
struct MinResult {
  Value values;
  Value indices;
};
MinResult Min(OpContext& context, const Value& x, int64_t axis, bool keepdim = false);
/// Of all elements: x [...] -> y []. Errors: kShape for no elements.
Value Min(OpContext& context, const Value& x);

const OpDef& MinDimOp();    ///< aten.min.dim
const OpDef& MinOp();       ///< aten.min.default
const OpDef& MinOtherOp();  ///< aten.min.other: of two tensors

}  // namespace conformance::ops
