#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// First position of the largest element along an axis; without axis: of x flattened. NaN wins.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  y i64.
/// Errors: kShape for an axis outside the rank, or of size 0; kType if x is bool.
/// Source: torch.argmax.
Value Argmax(OpContext& context, const Value& x, std::optional<int64_t> axis = std::nullopt,
             bool keepdim = false);

const OpDef& ArgmaxOp();  ///< aten.argmax.default

}  // namespace conformance::ops
