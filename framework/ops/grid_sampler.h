#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Elements of images at given places: grid holds (x, y) from -1 to 1 across the image, with align_corners between the centres of its outer
/// pixels. interpolation_mode 0 bilinear, 1 nearest, 2 bicubic; padding_mode 0 zeros, 1 border, 2 reflection.
/// Shapes: x [n, c, h, w], grid [n, h', w', 2] -> y [n, c, h', w'].
/// Types:  floats, both of one type.
/// Errors: kShape where sizes do not fit; kInvalid for another mode.
/// Source: torch.nn.functional.grid_sample.
Value GridSampler(OpContext& context, const Value& x, const Value& grid, int64_t interpolation_mode,
                  int64_t padding_mode, bool align_corners);

const OpDef& GridSampler2dOp();  ///< aten.grid_sampler_2d.default
const OpDef& GridSamplerOp();    ///< aten.grid_sampler.default

}  // namespace conformance::ops
