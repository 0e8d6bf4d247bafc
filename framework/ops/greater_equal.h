#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (a >= b).
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  compared in the promoted type; y is bool.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.ge.
Value GreaterEqual(OpContext& context, const Value& a, const Value& b);
Value GreaterEqual(OpContext& context, const Value& a, Scalar b);

const OpDef& GreaterEqualTensorOp();  ///< aten.ge.Tensor; `other` may be a number
const OpDef& GreaterEqualScalarOp();  ///< aten.ge.Scalar

}  // namespace conformance::ops
