#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = all bits of x flipped; for bool the logical not.
/// Shapes: x [...] -> y [...].
/// Types:  integers and bool; y has the type of x.
/// Errors: kType if x is floating.
/// Source: torch.bitwise_not.
Value BitwiseNot(OpContext& context, const Value& x);

const OpDef& BitwiseNotOp();  ///< aten.bitwise_not.default

}  // namespace conformance::ops
