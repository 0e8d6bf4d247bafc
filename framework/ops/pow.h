#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = aᵇ; integers stay integers.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast; kInvalid for an integer tensor to a negative integer number.
/// Source: torch.pow.
Value Pow(OpContext& context, const Value& a, const Value& b);
Value Pow(OpContext& context, const Value& a, Scalar b);
Value Pow(OpContext& context, Scalar a, const Value& b);

const OpDef& PowTensorTensorOp();  ///< aten.pow.Tensor_Tensor
const OpDef& PowTensorScalarOp();  ///< aten.pow.Tensor_Scalar
const OpDef& PowScalarOp();        ///< aten.pow.Scalar: a number to the power of a tensor

}  // namespace conformance::ops
