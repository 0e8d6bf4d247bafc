#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements 1.
/// Shapes: x [...] -> y `sizes`.
/// Types:  `dtype`; the type of x by default.
/// Errors: kShape for a negative size.
/// Source: torch.Tensor.new_ones.
Value NewOnes(OpContext& context, const Value& x, std::vector<SymInt> sizes,
              std::optional<DType> dtype = std::nullopt);

const OpDef& NewOnesOp();  ///< aten.new_ones.default

}  // namespace conformance::ops
