#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// (sum |x|^ord)^(1 / ord) over axes; ord inf and -inf are the largest and smallest |x|, 0 counts what is not 0.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  floats; y has the type of x, or `dtype`.
/// Errors: kShape for an axis outside the rank, or given twice; kType if x is not floating; kInvalid for no elements where ord is below 0 or infinite.
/// Source: torch.linalg.vector_norm, torch.norm.
Value VectorNorm(OpContext& context, const Value& x, Scalar order, std::vector<int64_t> axes,
                 bool keepdim = false);

const OpDef& VectorNormOp();  ///< aten.linalg_vector_norm.default
const OpDef& NormScalarOp();  ///< aten.norm.Scalar
const OpDef& NormDimOp();     ///< aten.norm.ScalarOpt_dim

}  // namespace conformance::ops
