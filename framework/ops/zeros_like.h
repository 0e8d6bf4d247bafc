#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements 0.
/// Shapes: x [...] -> y [...].
/// Types:  `dtype`; the type of x by default.
/// Source: torch.zeros_like.
Value ZerosLike(OpContext& context, const Value& x, std::optional<DType> dtype = std::nullopt);

const OpDef& ZerosLikeOp();  ///< aten.zeros_like.default

}  // namespace conformance::ops
