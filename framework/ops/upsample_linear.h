#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Linear interpolation along one to three axes. Place i of m looks at (i + 0.5) * n / m - 0.5, not below 0, of an axis of size n; with
/// align_corners at i * (n - 1) / (m - 1).
/// Shapes: x [n, c, ...] -> y [n, c, output_size...], or each further size times its scale factor.
/// Types:  floats; y has the type of x.
/// Errors: kShape for other ranks or empty axes; kInvalid unless one of output_size and scale_factors is given; kUnsupported for u8.
/// Source: torch.nn.functional.interpolate, modes "linear", "bilinear" and "trilinear".
Value UpsampleBilinear2d(OpContext& context, const Value& x, std::vector<SymInt> output_size,
                         bool align_corners);

const OpDef& UpsampleLinear1dVecOp();     ///< aten.upsample_linear1d.vec
const OpDef& UpsampleLinear1dOp();        ///< aten.upsample_linear1d.default
const OpDef& UpsampleBilinear2dVecOp();   ///< aten.upsample_bilinear2d.vec
const OpDef& UpsampleBilinear2dOp();      ///< aten.upsample_bilinear2d.default
const OpDef& UpsampleTrilinear3dVecOp();  ///< aten.upsample_trilinear3d.vec
const OpDef& UpsampleTrilinear3dOp();     ///< aten.upsample_trilinear3d.default

}  // namespace conformance::ops
