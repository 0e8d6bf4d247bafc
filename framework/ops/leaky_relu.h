#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x if x > 0 else slope · x.
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.nn.functional.leaky_relu.
Value LeakyRelu(OpContext& context, const Value& x, double slope = 0.01);

const OpDef& LeakyReluOp();  ///< aten.leaky_relu.default

}  // namespace conformance::ops
