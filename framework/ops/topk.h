#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The k largest (or smallest) elements along an axis and their positions; sorted: the first is the extreme.
/// Of equals, the earlier one first.
/// Shapes: x [..., n, ...] -> values and indices [..., k, ...].
/// Types:  values have the type of x; indices i64.
/// Errors: kShape for an axis outside the rank, or k > n; kType if x is bool.
/// Source: torch.topk.
struct TopkResult {
  Value values;
  Value indices;
};
TopkResult Topk(OpContext& context, const Value& x, SymInt k, int64_t axis = -1, bool largest = true,
                bool sorted = true);

const OpDef& TopkOp();  ///< aten.topk.default

}  // namespace conformance::ops
