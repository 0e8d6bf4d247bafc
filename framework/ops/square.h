#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x², recorded as `pow(x, 2)` as model code writes it.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x; bool gives i64.
/// Source: torch.pow.
Value Square(OpContext& context, const Value& x);

const OpDef& SquareOp();  ///< aten.square.default

}  // namespace conformance::ops
