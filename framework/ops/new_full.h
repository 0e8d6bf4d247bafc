#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements `value`.
/// Shapes: x [...] -> y `sizes`.
/// Types:  `dtype`; the type of x by default.
/// Errors: kShape for a negative size.
/// Source: torch.Tensor.new_full.
Value NewFull(OpContext& context, const Value& x, std::vector<SymInt> sizes, Scalar value,
              std::optional<DType> dtype = std::nullopt);

const OpDef& NewFullOp();  ///< aten.new_full.default

}  // namespace conformance::ops
