#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Gradients of pooling over two axes, of the input: each element of grad_output goes, as a share or whole, to the elements that it came from.
/// Shapes: self [n, c, h, w] (or without n), grad_output as the pooling of self -> [n, c, h, w]; `indices` of max_pool2d are positions within
///         h·w, with the shape of grad_output.
/// Types:  floats, all of one type; indices i64.
/// Errors: those of the pooling; kShape for a grad_output or indices of other sizes than its answer's.
/// Source: torch.ops.aten.avg_pool2d_backward, max_pool2d_with_indices_backward, _adaptive_avg_pool2d_backward. They are PyTorch's own names for
///         what autograd calls; a trace of a model with its backward pass holds them.
const OpDef& AdaptiveAvgPool2dBackwardOp();       ///< aten._adaptive_avg_pool2d_backward.default
const OpDef& AvgPool2dBackwardOp();               ///< aten.avg_pool2d_backward.default
const OpDef& MaxPool2dWithIndicesBackwardOp();    ///< aten.max_pool2d_with_indices_backward.default

}  // namespace conformance::ops
