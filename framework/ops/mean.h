#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Mean over `axes`; none given: over all. NaN over no elements.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  floats; y has the type of x, or `dtype`, to which x is cast first.
/// Errors: kType if the type is not floating; kShape for an axis outside the rank, or given twice.
/// Source: torch.mean.
Value Mean(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim = false,
           std::optional<DType> dtype = std::nullopt);
Value Mean(OpContext& context, const Value& x);

const OpDef& MeanDimOp();  ///< aten.mean.dim
const OpDef& MeanOp();     ///< aten.mean.default

}  // namespace conformance::ops
