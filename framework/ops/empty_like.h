#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Elements that nobody has set; kernels give zeros, so that runs can be repeated.
/// Shapes: x [...] -> y [...].
/// Types:  `dtype`; the type of x by default.
/// Source: torch.empty_like.
Value EmptyLike(OpContext& context, const Value& x, std::optional<DType> dtype = std::nullopt);

const OpDef& EmptyLikeOp();  ///< aten.empty_like.default

}  // namespace conformance::ops
