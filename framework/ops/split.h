#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Pieces of `size` along an axis, the last one shorter; they share storage. How many must be a number: a
/// symbolic count is guarded to its hint. After an error: 64 poisoned values.
/// Shapes: x [..., n, ...] -> ceil(n / size) of [..., size, ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank; kInvalid unless size > 0 (0 is allowed for n = 0).
/// Source: torch.split.
std::vector<Value> Split(OpContext& context, const Value& x, SymInt size, int64_t axis = 0);

const OpDef& SplitOp();       ///< aten.split.Tensor
const OpDef& SplitSizesOp();  ///< aten.split.sizes

}  // namespace conformance::ops
