#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Transposed convolution over one, two or three axes: each element of x adds its multiple of the kernel to y.
/// Shapes: x [n, c, l] (or without n), weight [c, o / groups, k], bias [o] -> y [n, o, (l - 1) * stride - 2 * padding + dilation * (k - 1) +
///         output_padding + 1], and so for each further axis.
/// Types:  floats, all of one type; halves are summed in f32.
/// Errors: kShape where sizes do not fit; kType for other types; kInvalid for a stride or dilation below 1, or an output_padding that is
///         not below one of them.
/// Source: torch.nn.functional.conv_transpose2d.
Value ConvTranspose1d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                      std::vector<int64_t> stride, std::vector<int64_t> padding,
                      std::vector<int64_t> output_padding, int64_t groups, std::vector<int64_t> dilation);
Value ConvTranspose2d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                      std::vector<int64_t> stride, std::vector<int64_t> padding,
                      std::vector<int64_t> output_padding, int64_t groups, std::vector<int64_t> dilation);
Value ConvTranspose3d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                      std::vector<int64_t> stride, std::vector<int64_t> padding,
                      std::vector<int64_t> output_padding, int64_t groups, std::vector<int64_t> dilation);

const OpDef& ConvTranspose1dOp();  ///< aten.conv_transpose1d.default
const OpDef& ConvTranspose2dOp();  ///< aten.conv_transpose2d.input
const OpDef& ConvTranspose3dOp();  ///< aten.conv_transpose3d.input

}  // namespace conformance::ops
