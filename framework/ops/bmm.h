#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Matrix products of a batch.
/// Shapes: a [b, m, k], b [b, k, n] -> y [b, m, n].
/// Types:  both the same, not bool.
/// Errors: kShape for other ranks, batches or inner sizes; kType for mixed types.
/// Source: torch.bmm.
Value Bmm(OpContext& context, const Value& a, const Value& b);

const OpDef& BmmOp();  ///< aten.bmm.default

}  // namespace conformance::ops
