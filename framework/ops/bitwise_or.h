#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a | b, bit by bit; of bools the logical or. Recorded as Python's operator (`aten.__or__`).
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  integers and bool, promoted as for Add.
/// Errors: kShape if the sizes do not broadcast; kType if one is floating.
/// Source: torch.bitwise_or.
Value BitwiseOr(OpContext& context, const Value& a, const Value& b);
Value BitwiseOr(OpContext& context, const Value& a, Scalar b);

const OpDef& OrTensorOp();         ///< aten.__or__.Tensor; `other` may be a number
const OpDef& OrScalarOp();         ///< aten.__or__.Scalar
const OpDef& BitwiseOrTensorOp();  ///< aten.bitwise_or.Tensor; `other` may be a number
const OpDef& BitwiseOrScalarOp();  ///< aten.bitwise_or.Scalar

}  // namespace conformance::ops
