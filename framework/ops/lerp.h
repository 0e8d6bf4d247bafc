#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a + weight * (b - a).
/// Shapes: a, b, weight broadcast -> y.
/// Types:  floats, all of one type.
/// Errors: kShape if they do not broadcast; kType for other types.
/// Source: torch.lerp.
Value Lerp(OpContext& context, const Value& a, const Value& b, Scalar weight);

const OpDef& LerpScalarOp();  ///< aten.lerp.Scalar
const OpDef& LerpTensorOp();  ///< aten.lerp.Tensor

}  // namespace conformance::ops
