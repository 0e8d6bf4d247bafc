#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Gradients of native_layer_norm and native_group_norm from the statistics that they gave: of input, weight and bias, those that output_mask
/// asks for. With x' = (x − mean)·rstd and g = grad_out·weight: of input rstd·(g − mean(g) − x'·mean(g·x')) over what was normalised, of weight
/// Σ grad_out·x', of bias Σ grad_out.
/// Shapes: grad_out as input; mean, rstd one element for each row or group -> [input's], [weight's], [weight's].
/// Types:  floats of one type; weight, bias and statistics may be f32 beside halves, and their gradients are then f32.
/// Errors: those of the normalisation; kInvalid where the mask asks for the gradient of a weight or bias that is None.
/// Source: torch.ops.aten.native_layer_norm_backward, native_group_norm_backward.
const OpDef& NativeGroupNormBackwardOp();  ///< aten.native_group_norm_backward.default
const OpDef& NativeLayerNormBackwardOp();  ///< aten.native_layer_norm_backward.default

}  // namespace conformance::ops
