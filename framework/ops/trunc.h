#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x without its fraction.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType for bool.
/// Source: torch.trunc.
Value Trunc(OpContext& context, const Value& x);

const OpDef& TruncOp();  ///< aten.trunc.default

}  // namespace conformance::ops
