#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Largest element of each window, padded with −inf; NaN wins. An empty stride means the kernel's size.
/// Shapes: x [n, c, h, w] (or without n) -> y [n, c, ho, wo], ho = floor((h + 2 · padding − dilation · (kh −
///         1) − 1) / stride) + 1; ceil_mode rounds up, but no window starts in the padding behind the end.
/// Types:  y has the type of x.
/// Units:  all in positions; one number stands for both axes.
/// Errors: kShape for other ranks or an output of size 0; kInvalid unless kernel, stride, dilation > 0 and 0
///         ≤ padding ≤ kernel / 2; kType if x is bool.
/// Source: torch.nn.functional.max_pool2d.
Value MaxPool2d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride = {}, std::vector<int64_t> padding = {0},
                std::vector<int64_t> dilation = {1}, bool ceil_mode = false);

const OpDef& MaxPool2dOp();  ///< aten.max_pool2d.default

}  // namespace conformance::ops
