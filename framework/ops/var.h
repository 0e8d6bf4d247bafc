#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Variance over `axes` (none given: over all), divided by n − 1 if unbiased, else by n.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  floats; y has the type of x.
/// Errors: kType if x is not floating; kShape for an axis outside the rank, or given twice.
/// Units:  y is in squared units of x.
/// Source: torch.var.
Value Var(OpContext& context, const Value& x, std::vector<int64_t> axes, bool unbiased = true,
          bool keepdim = false);

const OpDef& VarDimOp();         ///< aten.var.dim
const OpDef& VarCorrectionOp();  ///< aten.var.correction
const OpDef& VarOp();            ///< aten.var.default

}  // namespace conformance::ops
