#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Running sum along an axis.
/// Shapes: x [..., n, ...] -> y [..., n, ...].
/// Types:  `dtype`; by default the type of x, for integers and bool i64.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.cumsum.
Value Cumsum(OpContext& context, const Value& x, int64_t axis, std::optional<DType> dtype = std::nullopt);

const OpDef& CumsumOp();  ///< aten.cumsum.default

}  // namespace conformance::ops
