#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = floor(a / b), Python's //.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast; kType if both are bool.
/// Source: torch.floor_divide.
Value FloorDivide(OpContext& context, const Value& a, const Value& b);
Value FloorDivide(OpContext& context, const Value& a, Scalar b);

const OpDef& FloorDivideOp();  ///< aten.floor_divide.default; `other` may be a number

}  // namespace conformance::ops
