#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (x − mean) / √(var + eps) · weight + bias over the last axes; var is divided by n.
/// Shapes: x [..., *normalized_shape], weight and bias [*normalized_shape] or absent -> y as x.
/// Types:  f16, bf16, f32, f64; y has the type of x; halves are computed in f32.
/// Units:  eps is in squared units of x.
/// Errors: kShape if x does not end in normalized_shape, or weight or bias has other sizes; kType if x is not
///         floating; kInvalid for an empty normalized_shape or a negative eps.
/// Source: Ba et al., arXiv:1607.06450; torch.nn.functional.layer_norm.
Value LayerNorm(OpContext& context, const Value& x, std::vector<SymInt> normalized_shape, const Value& weight,
                const Value& bias, double eps = 1e-5);

const OpDef& LayerNormOp();  ///< aten.layer_norm.default

}  // namespace conformance::ops
