#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a ^ b, bit by bit; of bools the logical exclusive or.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  integers and bool, promoted as for Add.
/// Errors: kShape if the sizes do not broadcast; kType if one is floating.
/// Source: torch.bitwise_xor.
Value BitwiseXor(OpContext& context, const Value& a, const Value& b);
Value BitwiseXor(OpContext& context, const Value& a, Scalar b);

const OpDef& BitwiseXorTensorOp();  ///< aten.bitwise_xor.Tensor; `other` may be a number
const OpDef& BitwiseXorScalarOp();  ///< aten.bitwise_xor.Scalar

}  // namespace conformance::ops
