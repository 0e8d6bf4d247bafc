#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = min(max(x, 0), 6).
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.relu6.
Value Relu6(OpContext& context, const Value& x);

const OpDef& Relu6Op();  ///< aten.relu6.default

}  // namespace conformance::ops
