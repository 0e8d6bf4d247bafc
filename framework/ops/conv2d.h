#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Cross-correlation over 2 spatial axes, zero-padded on both sides.
/// Shapes: x [n, c, h, w] (or without n), weight [o, c / groups, kh, kw], bias [o] or absent -> y [n, o, ho,
///         wo], ho = floor((h + 2 · padding − dilation · (kh − 1) − 1) / stride) + 1.
/// Types:  all have the type of x; floats; halves are accumulated in f32.
/// Units:  stride, padding, dilation in positions; one number stands for all axes.
/// Errors: kShape for other ranks, channels that do not fit, or a kernel longer than its padded input; kType
///         for mixed types; kInvalid unless stride, dilation, groups > 0 and padding ≥ 0.
/// Source: torch.nn.functional.conv2d.
Value Conv2d(OpContext& context, const Value& x, const Value& weight, const Value& bias = {},
             std::vector<int64_t> stride = {1}, std::vector<int64_t> padding = {0},
             std::vector<int64_t> dilation = {1}, int64_t groups = 1);

const OpDef& Conv2dOp();         ///< aten.conv2d.default
const OpDef& Conv2dPaddingOp();  ///< aten.conv2d.padding: "valid" or "same"

}  // namespace conformance::ops
