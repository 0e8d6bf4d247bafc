#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x · min(max(x + 3, 0), 6) / 6.
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: Howard et al., arXiv:1905.02244; torch.hardswish.
Value Hardswish(OpContext& context, const Value& x);

const OpDef& HardswishOp();  ///< aten.hardswish.default

}  // namespace conformance::ops
