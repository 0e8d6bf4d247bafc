#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = 1/√x; inf at 0, NaN below.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.rsqrt.
Value Rsqrt(OpContext& context, const Value& x);

const OpDef& RsqrtOp();  ///< aten.rsqrt.default

}  // namespace conformance::ops
