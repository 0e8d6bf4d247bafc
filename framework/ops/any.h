#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Whether an element is not 0, along an axis or of all.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  any; y is bool, but u8 for u8.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.any.
Value Any(OpContext& context, const Value& x, int64_t axis, bool keepdim = false);
Value Any(OpContext& context, const Value& x);

const OpDef& AnyDimOp();   ///< aten.any.dim
const OpDef& AnyDimsOp();  ///< aten.any.dims
const OpDef& AnyOp();      ///< aten.any.default

}  // namespace conformance::ops
