#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The nearest integer, halves to the even one.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.round.
Value Round(OpContext& context, const Value& x);

const OpDef& RoundOp();  ///< aten.round.default

}  // namespace conformance::ops
