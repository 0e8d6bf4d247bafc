#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Keeps the upper triangle of the last two axes (row i, column j with j ≥ i + diagonal); the rest becomes 0.
/// Shapes: x [..., m, n] -> y [..., m, n].
/// Types:  any.
/// Errors: kShape for fewer than two axes.
/// Source: torch.triu.
Value Triu(OpContext& context, const Value& x, SymInt diagonal = 0);

const OpDef& TriuOp();  ///< aten.triu.default

}  // namespace conformance::ops
