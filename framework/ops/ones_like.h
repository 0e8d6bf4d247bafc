#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements 1.
/// Shapes: x [...] -> y [...].
/// Types:  `dtype`; the type of x by default.
/// Source: torch.ones_like.
Value OnesLike(OpContext& context, const Value& x, std::optional<DType> dtype = std::nullopt);

const OpDef& OnesLikeOp();  ///< aten.ones_like.default

}  // namespace conformance::ops
