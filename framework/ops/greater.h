#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (a > b).
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  compared in the promoted type; y is bool.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.gt.
Value Greater(OpContext& context, const Value& a, const Value& b);
Value Greater(OpContext& context, const Value& a, Scalar b);

const OpDef& GreaterTensorOp();  ///< aten.gt.Tensor; `other` may be a number
const OpDef& GreaterScalarOp();  ///< aten.gt.Scalar

}  // namespace conformance::ops
