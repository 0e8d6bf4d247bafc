#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A tensor like x, filled with a number.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kShape for a tensor with axes as value; kInvalid for a number that the type cannot hold.
/// Source: torch.ops.aten.fill.
Value Fill(OpContext& context, const Value& x, Scalar value);

const OpDef& FillScalarOp();  ///< aten.fill.Scalar
const OpDef& FillTensorOp();  ///< aten.fill.Tensor
const OpDef& ZeroOp();        ///< aten.zero.default: filled with 0

}  // namespace conformance::ops
