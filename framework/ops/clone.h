#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A copy that shares nothing.
/// Shapes: x [...] -> y [...].
/// Types:  any.
/// Source: torch.clone.
Value Clone(OpContext& context, const Value& x);

const OpDef& CloneOp();  ///< aten.clone.default

}  // namespace conformance::ops
