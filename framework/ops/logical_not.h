#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (x == 0).
/// Shapes: x [...] -> y [...].
/// Types:  any; y is bool.
/// Source: torch.logical_not.
Value LogicalNot(OpContext& context, const Value& x);

const OpDef& LogicalNotOp();  ///< aten.logical_not.default

}  // namespace conformance::ops
