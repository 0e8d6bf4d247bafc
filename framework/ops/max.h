#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Largest element along an axis, and its (first) position; NaN wins.
/// Shapes: x [..., n, ...] -> values and indices [..., ...], or [..., 1, ...] with keepdim.
/// Types:  values have the type of x; indices i64.
/// Errors: kShape for an axis outside the rank, or of size 0.
/// Source: torch.max.
struct MaxResult {
  Value values;
  Value indices;
};
MaxResult Max(OpContext& context, const Value& x, int64_t axis, bool keepdim = false);
/// Of all elements: x [...] -> y []. Errors: kShape for no elements.
Value Max(OpContext& context, const Value& x);

const OpDef& MaxDimOp();    ///< aten.max.dim
const OpDef& MaxOp();       ///< aten.max.default
const OpDef& MaxOtherOp();  ///< aten.max.other: of two tensors

}  // namespace conformance::ops
