#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A convolution, transposed or not, over one to three axes: what conv1d, conv2d, conv3d and their transposed twins decompose to.
/// Shapes: x [n, c, ...], weight [o, c / groups, ...] or transposed [c, o / groups, ...], bias [o] -> y [n, o, ...].
/// Types:  floats, all of one type; halves are summed in f32.
/// Errors: as Conv2d and ConvTranspose2d.
/// Source: torch.ops.aten.convolution.
Value Convolution(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                  std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
                  bool transposed, std::vector<int64_t> output_padding, int64_t groups);

const OpDef& ConvolutionOp();  ///< aten.convolution.default

}  // namespace conformance::ops
