#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Convolution over three axes.
/// Shapes: x [n, c, d, h, w] (or without n), weight [o, c / groups, kd, kh, kw], bias [o] -> y [n, o, d', h', w'].
/// Types:  floats, all of one type; halves are summed in f32.
/// Errors: kShape where sizes do not fit; kType for other types; kInvalid for a stride or dilation below 1.
/// Source: torch.nn.functional.conv3d.
Value Conv3d(OpContext& context, const Value& x, const Value& weight, const Value& bias,
             std::vector<int64_t> stride, std::vector<int64_t> padding, std::vector<int64_t> dilation,
             int64_t groups);

const OpDef& Conv3dOp();         ///< aten.conv3d.default
const OpDef& Conv3dPaddingOp();  ///< aten.conv3d.padding

}  // namespace conformance::ops
