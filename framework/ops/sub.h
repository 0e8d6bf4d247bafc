#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a − alpha · b.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kShape if the sizes do not broadcast; kType if one is bool.
/// Source: torch.sub.
Value Sub(OpContext& context, const Value& a, const Value& b, Scalar alpha = 1);
Value Sub(OpContext& context, const Value& a, Scalar b, Scalar alpha = 1);

const OpDef& SubTensorOp();         ///< aten.sub.Tensor; `other` may be a number
const OpDef& SubScalarOp();         ///< aten.sub.Scalar
const OpDef& SubTensorInPlaceOp();  ///< aten.sub_.Tensor: writes y into a

}  // namespace conformance::ops
