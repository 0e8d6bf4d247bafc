#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements 0.
/// Shapes: x [...] -> y `sizes`.
/// Types:  `dtype`; the type of x by default.
/// Errors: kShape for a negative size.
/// Source: torch.Tensor.new_zeros.
Value NewZeros(OpContext& context, const Value& x, std::vector<SymInt> sizes,
               std::optional<DType> dtype = std::nullopt);

const OpDef& NewZerosOp();  ///< aten.new_zeros.default

}  // namespace conformance::ops
