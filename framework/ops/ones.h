#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements 1.
/// Shapes: -> y `sizes`.
/// Types:  `dtype`; f32 by default.
/// Errors: kShape for a negative size.
/// Source: torch.ones.
Value Ones(OpContext& context, std::vector<SymInt> sizes, DType dtype = DType::kF32);

const OpDef& OnesOp();  ///< aten.ones.default

}  // namespace conformance::ops
