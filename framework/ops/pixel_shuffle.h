#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Blocks of r * r channels laid out as r x r pixels; pixel_unshuffle the other way.
/// Shapes: x [..., c * r * r, h, w] -> y [..., c, h * r, w * r]; the other way back.
/// Types:  y has the type of x.
/// Errors: kShape where r does not divide; kInvalid for r below 1.
/// Source: torch.nn.functional.pixel_shuffle.
Value PixelShuffle(OpContext& context, const Value& x, int64_t factor);

const OpDef& PixelShuffleOp();    ///< aten.pixel_shuffle.default
const OpDef& PixelUnshuffleOp();  ///< aten.pixel_unshuffle.default

}  // namespace conformance::ops
