#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Matrix product.
/// Shapes: a [m, k], b [k, n] -> y [m, n].
/// Types:  both the same, not bool.
/// Errors: kShape for other ranks or inner sizes; kType for mixed types.
/// Source: torch.mm.
Value Mm(OpContext& context, const Value& a, const Value& b);

const OpDef& MmOp();  ///< aten.mm.default

}  // namespace conformance::ops
