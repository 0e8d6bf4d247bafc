#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a · b; of bools: and.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.mul.
Value Mul(OpContext& context, const Value& a, const Value& b);
Value Mul(OpContext& context, const Value& a, Scalar b);

const OpDef& MulTensorOp();         ///< aten.mul.Tensor; `other` may be a number
const OpDef& MulScalarOp();         ///< aten.mul.Scalar
const OpDef& MulTensorInPlaceOp();  ///< aten.mul_.Tensor: writes y into a

}  // namespace conformance::ops
