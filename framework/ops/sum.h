#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Sum over `axes`; none given: over all.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  `dtype`; by default the type of x, for integers and bool i64.
/// Errors: kShape for an axis outside the rank, or given twice.
/// Source: torch.sum.
Value Sum(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim = false,
          std::optional<DType> dtype = std::nullopt);
Value Sum(OpContext& context, const Value& x);

const OpDef& SumDimOp();  ///< aten.sum.dim_IntList
const OpDef& SumOp();     ///< aten.sum.default

}  // namespace conformance::ops
