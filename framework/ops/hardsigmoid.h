#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = min(max(x + 3, 0), 6) / 6.
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.hardsigmoid.
Value Hardsigmoid(OpContext& context, const Value& x);

const OpDef& HardsigmoidOp();  ///< aten.hardsigmoid.default

}  // namespace conformance::ops
