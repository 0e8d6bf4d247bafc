#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Largest elements of windows over the last one or three axes, and where they stood; NaN is larger than all.
/// Shapes: x [n, c, d, h, w] (or without n) -> y [n, c, d', h', w'], positions alike, each counted in its plane.
/// Types:  numbers; y has the type of x; positions i64.
/// Errors: kShape for other ranks or a window that does not fit; kInvalid for a padding above half the window.
/// Source: torch.nn.functional.max_pool1d, max_pool3d.
Value MaxPool1d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding);
Value MaxPool3d(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
                std::vector<int64_t> stride, std::vector<int64_t> padding);

const OpDef& MaxPool1dOp();             ///< aten.max_pool1d.default
const OpDef& MaxPool3dOp();             ///< aten.max_pool3d.default
const OpDef& MaxPool1dWithIndicesOp();  ///< aten.max_pool1d_with_indices.default
const OpDef& MaxPool2dWithIndicesOp();  ///< aten.max_pool2d_with_indices.default
const OpDef& MaxPool3dWithIndicesOp();  ///< aten.max_pool3d_with_indices.default

}  // namespace conformance::ops
