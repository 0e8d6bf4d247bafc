#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements `value`.
/// Shapes: x [...] -> y [...].
/// Types:  `dtype`; the type of x by default.
/// Source: torch.full_like.
Value FullLike(OpContext& context, const Value& x, Scalar value, std::optional<DType> dtype = std::nullopt);

const OpDef& FullLikeOp();  ///< aten.full_like.default

}  // namespace conformance::ops
