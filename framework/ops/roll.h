#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Moves positions by `shifts[i]` along `axes[i]`, around the end; without axes: of x flattened.
/// Shapes: x [...] -> y [...].
/// Types:  any.
/// Errors: kInvalid if the counts differ; kShape for an axis outside the rank.
/// Source: torch.roll.
Value Roll(OpContext& context, const Value& x, std::vector<SymInt> shifts, std::vector<int64_t> axes);

const OpDef& RollOp();  ///< aten.roll.default

}  // namespace conformance::ops
