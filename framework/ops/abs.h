#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = |x|.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x, or of the parts of a complex x.
/// Errors: kType if x is bool.
/// Source: torch.abs.
Value Abs(OpContext& context, const Value& x);

const OpDef& AbsOp();  ///< aten.abs.default

}  // namespace conformance::ops
