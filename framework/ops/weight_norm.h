#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// w = g · v / ‖v‖, the norm over all axes but `axis`.
/// Shapes: v [...], g of v's rank with size 1 elsewhere than `axis` -> w [...].
/// Types:  floats, both the same; w has the type of v.
/// Errors: kShape if g does not fit, or for an axis outside the rank; kType for mixed types.
/// Source: Salimans & Kingma, arXiv:1602.07868; torch._weight_norm.
Value WeightNorm(OpContext& context, const Value& v, const Value& g, int64_t axis = 0);

const OpDef& WeightNormOp();  ///< aten._weight_norm.default

}  // namespace conformance::ops
