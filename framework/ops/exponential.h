#pragma once

#include "framework/ops/op_def.h"

namespace conformance::ops {

/// Draws of the exponential distribution of that rate.
/// Shapes: x [...] -> y [...], in the order of x in memory.
/// Types:  floating; y has the type of x.
/// Errors: kType for integers; kInvalid unless lambd > 0.
/// Source: torch.Tensor.exponential_; ATen/core/TransformationHelper.h.
const OpDef& ExponentialOp();  ///< aten.exponential.default; in place by the table of twins

}  // namespace conformance::ops
