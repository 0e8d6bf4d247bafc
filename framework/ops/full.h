#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements `value`.
/// Shapes: -> y `sizes`.
/// Types:  `dtype`; without it the type of the number: bool, i64 or f32.
/// Errors: kShape for a negative size.
/// Source: torch.full.
Value Full(OpContext& context, std::vector<SymInt> sizes, Scalar value,
           std::optional<DType> dtype = std::nullopt);

const OpDef& FullOp();  ///< aten.full.default

}  // namespace conformance::ops
