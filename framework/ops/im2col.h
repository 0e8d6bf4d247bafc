#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Windows of an image as columns, and their sum back into an image (col2im, its transposed twin).
/// Shapes: im2col x [n, c, h, w] (or without n) -> y [n, c * kh * kw, places]; col2im the other way, to [n, c, output_size...].
/// Types:  floats; y has the type of x.
/// Errors: kShape where sizes do not fit; kInvalid for a stride or dilation below 1.
/// Source: torch.nn.functional.unfold, fold.
Value Im2col(OpContext& context, const Value& x, std::vector<int64_t> kernel_size,
             std::vector<int64_t> dilation, std::vector<int64_t> padding, std::vector<int64_t> stride);

const OpDef& Im2colOp();  ///< aten.im2col.default
const OpDef& Col2imOp();  ///< aten.col2im.default

}  // namespace conformance::ops
