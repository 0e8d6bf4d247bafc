#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Gradients of a convolution (aten.convolution, transposed or not): of input, weight and bias, those that output_mask asks for.
/// Shapes: grad_output as the convolution of input and weight -> [input's], [weight's], [outputs]. `bias_sizes` is kept for the record.
/// Types:  floats, all of one type; halves are summed in f32.
/// Errors: those of Convolution; kShape for a grad_output of other sizes than its answer's; kInvalid for a mask of other than three flags.
/// Source: torch.ops.aten.convolution_backward.
const OpDef& ConvolutionBackwardOp();  ///< aten.convolution_backward.default

}  // namespace conformance::ops
