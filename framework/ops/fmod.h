#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a - b * trunc(a / b): the remainder with the sign of a.
/// Shapes: a, b broadcast -> y.
/// Types:  promoted.
/// Errors: kShape if a and b do not broadcast; kType for two bools; kInvalid when run for an integer divisor of 0.
/// Source: torch.fmod.
Value Fmod(OpContext& context, const Value& a, const Value& b);
Value Fmod(OpContext& context, const Value& a, Scalar b);

const OpDef& FmodTensorOp();  ///< aten.fmod.Tensor
const OpDef& FmodScalarOp();  ///< aten.fmod.Scalar

}  // namespace conformance::ops
