#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The size of an axis. Model code asks `x.size(axis)` instead, which records nothing; this one is an op of
/// programs. 1 after an error.
/// Shapes: x [..., n, ...] -> n.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.ops.aten.sym_size.int.
SymInt SymSize(OpContext& context, const Value& x, int64_t axis);

const OpDef& SymSizeOp();  ///< aten.sym_size.int

}  // namespace conformance::ops
