#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Means, or largest elements and where they stood, over windows chosen so that the output has the wanted size: output i of n covers
/// [floor(i * size / n), ceil((i + 1) * size / n)).
/// Shapes: x [n, c, ...] (or without n) -> y [n, c, output_size...]; positions alike, each counted in its plane.
/// Types:  floats; y has the type of x; positions i64.
/// Errors: kShape for other ranks or empty axes; kType if x is not floating.
/// Source: torch.nn.functional.adaptive_avg_pool1d, adaptive_max_pool2d.
Value AdaptiveAvgPool1d(OpContext& context, const Value& x, int64_t output_size);

const OpDef& AdaptiveAvgPool1dOp();       ///< aten.adaptive_avg_pool1d.default
const OpDef& AdaptiveAvgPool3dOp();       ///< aten.adaptive_avg_pool3d.default
const OpDef& AdaptiveAvgPool2dInnerOp();  ///< aten._adaptive_avg_pool2d.default
const OpDef& AdaptiveAvgPool3dInnerOp();  ///< aten._adaptive_avg_pool3d.default
const OpDef& AdaptiveMaxPool1dOp();       ///< aten.adaptive_max_pool1d.default
const OpDef& AdaptiveMaxPool2dOp();       ///< aten.adaptive_max_pool2d.default

}  // namespace conformance::ops
