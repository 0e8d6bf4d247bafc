#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Whether no element is 0, along an axis or of all.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  any; y is bool, but u8 for u8.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.all.
Value All(OpContext& context, const Value& x, int64_t axis, bool keepdim = false);
Value All(OpContext& context, const Value& x);

const OpDef& AllDimOp();   ///< aten.all.dim
const OpDef& AllDimsOp();  ///< aten.all.dims
const OpDef& AllOp();      ///< aten.all.default

}  // namespace conformance::ops
