#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Cubic interpolation (a = -0.75) along two axes, from four elements each; elements outside are those of the edge. Places as in
/// UpsampleBilinear2d, but not cut at 0.
/// Shapes: x [n, c, h, w] -> y [n, c, output_size...], or each further size times its scale factor.
/// Types:  floats; y has the type of x.
/// Errors: as UpsampleBilinear2d.
/// Source: torch.nn.functional.interpolate, mode "bicubic"; Keys, doi:10.1109/TASSP.1981.1163711.
Value UpsampleBicubic2d(OpContext& context, const Value& x, std::vector<SymInt> output_size,
                        bool align_corners);

const OpDef& UpsampleBicubic2dVecOp();  ///< aten.upsample_bicubic2d.vec
const OpDef& UpsampleBicubic2dOp();     ///< aten.upsample_bicubic2d.default

}  // namespace conformance::ops
