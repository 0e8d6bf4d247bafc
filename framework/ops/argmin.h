#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// First position of the smallest element along an axis; without axis: of x flattened. NaN wins.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  y i64.
/// Errors: kShape for an axis outside the rank, or of size 0; kType if x is bool.
/// Source: torch.argmin.
Value Argmin(OpContext& context, const Value& x, std::optional<int64_t> axis = std::nullopt,
             bool keepdim = false);

const OpDef& ArgminOp();  ///< aten.argmin.default

}  // namespace conformance::ops
