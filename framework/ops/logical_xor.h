#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (a != 0) != (b != 0).
/// Shapes: a, b broadcast -> y.
/// Types:  any -> bool.
/// Errors: kShape if a and b do not broadcast.
/// Source: torch.logical_xor.
Value LogicalXor(OpContext& context, const Value& a, const Value& b);

const OpDef& LogicalXorOp();  ///< aten.logical_xor.default

}  // namespace conformance::ops
