#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Elements along an axis in order, and where they stood; equals keep their order, NaN counts as the largest.
/// Shapes: x [..., n, ...] -> values and indices [..., n, ...].
/// Types:  values have the type of x; indices i64.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.sort.
struct SortResult {
  Value values;
  Value indices;
};
SortResult Sort(OpContext& context, const Value& x, int64_t axis = -1, bool descending = false);

const OpDef& SortOp();        ///< aten.sort.default
const OpDef& SortStableOp();  ///< aten.sort.stable

}  // namespace conformance::ops
