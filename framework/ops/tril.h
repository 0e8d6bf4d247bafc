#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Keeps the lower triangle of the last two axes (row i, column j with j ≤ i + diagonal); the rest becomes 0.
/// Shapes: x [..., m, n] -> y [..., m, n].
/// Types:  any.
/// Errors: kShape for fewer than two axes.
/// Source: torch.tril.
Value Tril(OpContext& context, const Value& x, SymInt diagonal = 0);

const OpDef& TrilOp();  ///< aten.tril.default

}  // namespace conformance::ops
