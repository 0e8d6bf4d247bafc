#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Joins tensors along an axis. Tensors of shape [0] are skipped, as in PyTorch.
/// Shapes: xs [..., n_i, ...], equal elsewhere -> y [..., Σ n_i, ...].
/// Types:  promoted over all.
/// Errors: kInvalid for no tensors; kShape for other ranks or sizes, or an axis outside the rank.
/// Source: torch.cat.
Value Cat(OpContext& context, std::vector<Value> xs, int64_t axis = 0);

const OpDef& CatOp();  ///< aten.cat.default

}  // namespace conformance::ops
