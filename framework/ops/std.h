#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Standard deviation over axes: the square root of Var.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  floats; y has the type of x.
/// Errors: kShape for an axis outside the rank, or given twice; kType if x is not floating.
/// Source: torch.std.
Value Std(OpContext& context, const Value& x, std::vector<int64_t> axes, bool unbiased = true,
          bool keepdim = false);

const OpDef& StdOp();            ///< aten.std.default
const OpDef& StdDimOp();         ///< aten.std.dim
const OpDef& StdCorrectionOp();  ///< aten.std.correction

}  // namespace conformance::ops
