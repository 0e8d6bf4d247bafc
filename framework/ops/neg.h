#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = −x.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.neg.
Value Neg(OpContext& context, const Value& x);

const OpDef& NegOp();         ///< aten.neg.default
const OpDef& NegInPlaceOp();  ///< aten.neg_.default: writes y into x

}  // namespace conformance::ops
