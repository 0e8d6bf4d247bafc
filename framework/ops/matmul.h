#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Matrix product with broadcast leading axes. A vector on the left counts as [1, k], on the right as [k, 1];
/// the added axis is dropped again.
/// Shapes: a [..., m, k], b [..., k, n] -> y [..., m, n].
/// Types:  both the same, not bool.
/// Errors: kShape if the inner sizes differ, leading axes do not broadcast, or one has no axes; kType for
///         mixed types.
/// Source: torch.matmul.
Value Matmul(OpContext& context, const Value& a, const Value& b);

const OpDef& MatmulOp();  ///< aten.matmul.default

}  // namespace conformance::ops
