#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = ln(1 + e^(beta · x)) / beta; y = x where beta · x > threshold.
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.nn.functional.softplus.
Value Softplus(OpContext& context, const Value& x, double beta = 1, double threshold = 20);

const OpDef& SoftplusOp();  ///< aten.softplus.default

}  // namespace conformance::ops
