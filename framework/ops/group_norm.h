#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (x − mean) / √(var + eps) · weight + bias, mean and var over each group of channels and all positions.
/// Shapes: x [n, c, ...], weight and bias [c] or absent -> y as x.
/// Types:  f16, bf16, f32, f64; y has the type of x; halves are computed in f32.
/// Units:  eps is in squared units of x.
/// Errors: kShape for fewer than two axes, channels that the groups do not divide, or another weight or bias;
///         kType if x is not floating; kInvalid unless groups > 0 and eps ≥ 0.
/// Source: Wu & He, arXiv:1803.08494; torch.nn.functional.group_norm.
Value GroupNorm(OpContext& context, const Value& x, int64_t groups, const Value& weight, const Value& bias,
                double eps = 1e-5);

const OpDef& GroupNormOp();  ///< aten.group_norm.default

}  // namespace conformance::ops
