#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Means of windows over the last one, two or three axes; zeros of the padding count unless count_include_pad is false.
/// Shapes: x [n, c, h, w] (or without n) -> y [n, c, h', w'].
/// Types:  floats; y has the type of x.
/// Errors: kShape for other ranks or a window that does not fit; kInvalid for a padding above half the window, or a divisor of 0.
/// Source: torch.nn.functional.avg_pool2d.
Value AvgPool1d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding);
Value AvgPool2d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding);
Value AvgPool3d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding);

const OpDef& AvgPool1dOp();  ///< aten.avg_pool1d.default
const OpDef& AvgPool2dOp();  ///< aten.avg_pool2d.default
const OpDef& AvgPool3dOp();  ///< aten.avg_pool3d.default

}  // namespace conformance::ops
