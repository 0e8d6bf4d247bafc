#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Variance and mean over axes.
/// Shapes: x [..., n, ...] -> both [..., ...], or [..., 1, ...] with keepdim.
/// Types:  floats; both have the type of x.
/// Errors: kShape for an axis outside the rank, or given twice; kType if x is not floating.
/// Source: torch.var_mean.
std::vector<Value> VarMean(OpContext& context, const Value& x, std::vector<int64_t> axes,
                           bool unbiased = true, bool keepdim = false);

const OpDef& VarMeanOp();            ///< aten.var_mean.default
const OpDef& VarMeanDimOp();         ///< aten.var_mean.dim
const OpDef& VarMeanCorrectionOp();  ///< aten.var_mean.correction

}  // namespace conformance::ops
