#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Positions of the elements that are not 0, in row-major order.
/// Shapes: x [...] of rank r -> y [k, r]; k depends on data.
/// Types:  x any; y i64.
/// Source: torch.nonzero.
Value Nonzero(OpContext& context, const Value& x);

const OpDef& NonzeroOp();  ///< aten.nonzero.default

}  // namespace conformance::ops
