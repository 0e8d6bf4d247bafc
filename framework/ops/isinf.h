#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (x is +inf or −inf).
/// Shapes: x [...] -> y [...].
/// Types:  any; y is bool.
/// Source: torch.isinf.
Value Isinf(OpContext& context, const Value& x);

const OpDef& IsinfOp();  ///< aten.isinf.default

}  // namespace conformance::ops
