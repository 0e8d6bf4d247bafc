#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = arsinh x.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.asinh.
Value Asinh(OpContext& context, const Value& x);

const OpDef& AsinhOp();  ///< aten.asinh.default

}  // namespace conformance::ops
