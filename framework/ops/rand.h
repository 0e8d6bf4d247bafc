#pragma once

#include "framework/ops/op_def.h"

namespace conformance::ops {

// Uniform draws in [from, to). Source: torch.rand, torch.Tensor.uniform_; ATen/core/TransformationHelper.h.

/// Shapes: size -> y [size]. Types: `dtype`, f32 by default. Errors: kType for integers; kShape for a negative size.
const OpDef& RandOp();  ///< aten.rand.default, of [0, 1)
/// Shapes: x [...] -> y [...], drawn in the order of x in memory. Types: `dtype`, that of x by default. Errors: kType for integers.
const OpDef& RandLikeOp();  ///< aten.rand_like.default, of [0, 1)
/// As above, of the type of x. Errors: kInvalid unless from ≤ to.
const OpDef& UniformOp();  ///< aten.uniform.default; in place by the table of twins

}  // namespace conformance::ops
