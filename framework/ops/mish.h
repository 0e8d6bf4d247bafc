#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x · tanh(ln(1 + eˣ)).
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: Misra, arXiv:1908.08681; torch.mish.
Value Mish(OpContext& context, const Value& x);

const OpDef& MishOp();  ///< aten.mish.default

}  // namespace conformance::ops
