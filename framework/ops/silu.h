#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x · sigmoid(x), also called swish.
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: Elfwing et al., arXiv:1702.03118; torch.silu.
Value Silu(OpContext& context, const Value& x);

const OpDef& SiluOp();         ///< aten.silu.default
const OpDef& SiluInPlaceOp();  ///< aten.silu_.default: writes y into x

}  // namespace conformance::ops
