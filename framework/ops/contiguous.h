#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x with row-major strides: x itself where it has them, else a copy.
/// Shapes: x [...] -> y [...].
/// Types:  any.
/// Source: torch.Tensor.contiguous.
Value Contiguous(OpContext& context, const Value& x);

const OpDef& ContiguousOp();  ///< aten.contiguous.default

}  // namespace conformance::ops
