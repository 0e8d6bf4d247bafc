#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Reverses the given axes.
/// Shapes: x [...] -> y [...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank, or given twice.
/// Source: torch.flip.
Value Flip(OpContext& context, const Value& x, std::vector<int64_t> axes);

const OpDef& FlipOp();  ///< aten.flip.default

}  // namespace conformance::ops
