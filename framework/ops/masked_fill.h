#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x with `value` where mask holds.
/// Shapes: x [...], mask [...] -> y, their broadcast; a tensor value has no axes.
/// Types:  mask bool; y has the type of x, to which the value is cast.
/// Errors: kShape if the sizes do not broadcast, or the value has axes; kType unless mask is bool.
/// Source: torch.Tensor.masked_fill.
Value MaskedFill(OpContext& context, const Value& x, const Value& mask, Scalar value);
Value MaskedFill(OpContext& context, const Value& x, const Value& mask, const Value& value);

const OpDef& MaskedFillScalarOp();         ///< aten.masked_fill.Scalar
const OpDef& MaskedFillTensorOp();         ///< aten.masked_fill.Tensor
const OpDef& MaskedFillScalarInPlaceOp();  ///< aten.masked_fill_.Scalar: writes y into x

}  // namespace conformance::ops
