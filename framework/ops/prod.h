#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Product over an axis, or over all.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  `dtype`; by default the type of x, for integers and bool i64.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.prod.
Value Prod(OpContext& context, const Value& x, int64_t axis, bool keepdim = false);
Value Prod(OpContext& context, const Value& x);

const OpDef& ProdOp();     ///< aten.prod.default
const OpDef& ProdDimOp();  ///< aten.prod.dim_int

}  // namespace conformance::ops
