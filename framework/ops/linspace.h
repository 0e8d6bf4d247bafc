#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// `steps` numbers from start to end, both among them, equally far apart: the first half counted from the start, the second from the end.
/// Shapes: -> y [steps].
/// Types:  `dtype`, f32 where there is none; not bool. For an integer the ends are cut to one, and so is each number.
/// Errors: kInvalid for a negative number of steps; kType for bool.
/// Source: torch.linspace.
Value Linspace(OpContext& context, Scalar start, Scalar end, int64_t steps, DType dtype = DType::kF32);

const OpDef& LinspaceOp();  ///< aten.linspace.default

}  // namespace conformance::ops
