#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The element nearest to each place of a larger or smaller grid: of axis size n to m, place i takes element floor(i * n / m), in the
/// "exact" form floor((i + 0.5) * n / m).
/// Shapes: x [n, c, ...] with one to three further axes -> y [n, c, output_size...], or each further size times its scale factor.
/// Types:  floats and u8; y has the type of x.
/// Errors: kShape for other ranks or empty axes; kType for other types; kInvalid unless one of output_size and scale_factors is given.
/// Source: torch.nn.functional.interpolate, modes "nearest" and "nearest-exact".
Value UpsampleNearest2d(OpContext& context, const Value& x, std::vector<SymInt> output_size);
Value UpsampleNearest2d(OpContext& context, const Value& x, std::vector<double> scale_factors);

const OpDef& UpsampleNearest1dVecOp();       ///< aten.upsample_nearest1d.vec
const OpDef& UpsampleNearest1dOp();          ///< aten.upsample_nearest1d.default
const OpDef& UpsampleNearestExact1dVecOp();  ///< aten._upsample_nearest_exact1d.vec
const OpDef& UpsampleNearestExact1dOp();     ///< aten._upsample_nearest_exact1d.default
const OpDef& UpsampleNearest2dVecOp();       ///< aten.upsample_nearest2d.vec
const OpDef& UpsampleNearest2dOp();          ///< aten.upsample_nearest2d.default
const OpDef& UpsampleNearestExact2dVecOp();  ///< aten._upsample_nearest_exact2d.vec
const OpDef& UpsampleNearestExact2dOp();     ///< aten._upsample_nearest_exact2d.default
const OpDef& UpsampleNearest3dVecOp();       ///< aten.upsample_nearest3d.vec
const OpDef& UpsampleNearest3dOp();          ///< aten.upsample_nearest3d.default
const OpDef& UpsampleNearestExact3dVecOp();  ///< aten._upsample_nearest_exact3d.vec
const OpDef& UpsampleNearestExact3dOp();     ///< aten._upsample_nearest_exact3d.default

}  // namespace conformance::ops
