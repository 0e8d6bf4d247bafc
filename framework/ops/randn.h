#pragma once

#include "framework/ops/op_def.h"

namespace conformance::ops {

// Normal draws. Source: torch.randn, torch.Tensor.normal_; ATen/native/cpu/DistributionTemplates.h.

/// Shapes: size -> y [size]. Types: `dtype`, f32 by default. Errors: kType for integers; kShape for a negative size.
const OpDef& RandnOp();  ///< aten.randn.default
/// Shapes: x [...] -> y [...], drawn in the order of x in memory. Types: `dtype`, that of x by default. Errors: kType for integers.
const OpDef& RandnLikeOp();  ///< aten.randn_like.default
/// As above, of the type of x. Errors: kInvalid unless std ≥ 0.
const OpDef& NormalFunctionalOp();  ///< aten.normal_functional.default
const OpDef& NormalInPlaceOp();     ///< aten.normal_.default

}  // namespace conformance::ops
