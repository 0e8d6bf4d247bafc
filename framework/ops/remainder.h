#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a − b · floor(a / b), Python's %: with the sign of b.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast; kType if both are bool.
/// Source: torch.remainder.
Value Remainder(OpContext& context, const Value& a, const Value& b);
Value Remainder(OpContext& context, const Value& a, Scalar b);

const OpDef& RemainderTensorOp();  ///< aten.remainder.Tensor
const OpDef& RemainderScalarOp();  ///< aten.remainder.Scalar

}  // namespace conformance::ops
