#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a & b, bit by bit; of bools the logical and. Recorded as Python's operator (`aten.__and__`).
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  integers and bool, promoted as for Add.
/// Errors: kShape if the sizes do not broadcast; kType if one is floating.
/// Source: torch.bitwise_and.
Value BitwiseAnd(OpContext& context, const Value& a, const Value& b);
Value BitwiseAnd(OpContext& context, const Value& a, Scalar b);

const OpDef& AndTensorOp();         ///< aten.__and__.Tensor; `other` may be a number
const OpDef& AndScalarOp();         ///< aten.__and__.Scalar
const OpDef& BitwiseAndTensorOp();  ///< aten.bitwise_and.Tensor; `other` may be a number
const OpDef& BitwiseAndScalarOp();  ///< aten.bitwise_and.Scalar

}  // namespace conformance::ops
