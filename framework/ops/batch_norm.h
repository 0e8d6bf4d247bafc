#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (x − running_mean) / √(running_var + eps) · weight + bias for each channel: inference only, `training`
/// is false.
/// Shapes: x [n, c, ...], all others [c]; weight and bias may be absent -> y as x.
/// Types:  f16, bf16, f32, f64; y has the type of x; halves are computed in f32.
/// Units:  eps is in squared units of x.
/// Errors: kShape for fewer than two axes or other channels; kType if x is not floating; kUnsupported for
///         training; kInvalid for a negative eps or absent statistics.
/// Source: Ioffe & Szegedy, arXiv:1502.03167; torch.nn.functional.batch_norm.
Value BatchNorm(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                const Value& running_mean, const Value& running_var, double momentum = 0.1,
                double eps = 1e-5);

const OpDef& BatchNormOp();  ///< aten.batch_norm.default

}  // namespace conformance::ops
