#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Elements that nobody has set; kernels give zeros, so that runs can be repeated.
/// Shapes: -> y `sizes`.
/// Types:  `dtype`; f32 by default.
/// Errors: kShape for a negative size.
/// Source: torch.empty.
Value Empty(OpContext& context, std::vector<SymInt> sizes, DType dtype = DType::kF32);

const OpDef& EmptyOp();  ///< aten.empty.memory_format
const OpDef& EmptyStridedOp();  ///< aten.empty_strided.default; strides are not part of a value here

}  // namespace conformance::ops
