#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "framework/ops/op_context.h"

namespace conformance::models {

/// A table of positions for the patches of a square image, stretched (bicubic) to those of another: height / patch by width / patch.
/// Shapes: table [1, side · side, dim], image [batch, channels, height, width] -> y [1, rows · columns, dim]. A grid of the table's own size
/// comes out as it is (the weights of the cubic are 1 and 0 there), so the library's shortcut for it needs no branch.
/// Errors: kUnsupported (kept by the context) for patches that are no squares, or a table of no square grid.
/// Source: interpolate_pos_encoding in transformers' ViT and Swin.
ops::Value StretchPositions(ops::OpContext& context, const ops::Value& table, int64_t positions, std::pair<int64_t, int64_t> patch,
                            const ops::Value& image);

}  // namespace conformance::models
