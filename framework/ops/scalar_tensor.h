#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A number as a tensor without axes.
/// Shapes: -> y [].
/// Types:  `dtype`; f32 by default.
/// Source: torch.scalar_tensor.
Value ScalarTensor(OpContext& context, Scalar value, DType dtype = DType::kF32);

const OpDef& ScalarTensorOp();  ///< aten.scalar_tensor.default

}  // namespace conformance::ops
