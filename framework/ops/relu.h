#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = max(x, 0); NaN stays NaN.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.relu.
Value Relu(OpContext& context, const Value& x);

const OpDef& ReluOp();         ///< aten.relu.default
const OpDef& ReluInPlaceOp();  ///< aten.relu_.default: writes y into x

}  // namespace conformance::ops
