#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The smaller of each pair; NaN wins.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.minimum.
Value Minimum(OpContext& context, const Value& a, const Value& b);

const OpDef& MinimumOp();  ///< aten.minimum.default

}  // namespace conformance::ops
