#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = tanh x.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.tanh.
Value Tanh(OpContext& context, const Value& x);

const OpDef& TanhOp();         ///< aten.tanh.default
const OpDef& TanhInPlaceOp();  ///< aten.tanh_.default: writes y into x

}  // namespace conformance::ops
