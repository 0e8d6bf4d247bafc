#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All elements 0.
/// Shapes: -> y `sizes`.
/// Types:  `dtype`; f32 by default.
/// Errors: kShape for a negative size.
/// Source: torch.zeros.
Value Zeros(OpContext& context, std::vector<SymInt> sizes, DType dtype = DType::kF32);

const OpDef& ZerosOp();  ///< aten.zeros.default

}  // namespace conformance::ops
