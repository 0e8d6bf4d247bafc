#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The larger of each pair; NaN wins.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.maximum.
Value Maximum(OpContext& context, const Value& a, const Value& b);

const OpDef& MaximumOp();  ///< aten.maximum.default

}  // namespace conformance::ops
