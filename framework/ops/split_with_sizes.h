#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Pieces of the given sizes along an axis; they share storage. Always as many values as sizes.
/// Shapes: x [..., n, ...], Σ sizes = n -> [..., sizes[i], ...].
/// Types:  any.
/// Errors: kShape if the sizes do not sum up to the axis, one is negative, or for an axis outside the rank.
/// Source: torch.split_with_sizes.
std::vector<Value> SplitWithSizes(OpContext& context, const Value& x, std::vector<SymInt> sizes,
                                  int64_t axis = 0);

const OpDef& SplitWithSizesOp();  ///< aten.split_with_sizes.default

}  // namespace conformance::ops
