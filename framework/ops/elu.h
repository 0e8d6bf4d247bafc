#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x if x > 0 else alpha · (eˣ − 1).
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: Clevert et al., arXiv:1511.07289; torch.nn.functional.elu.
Value Elu(OpContext& context, const Value& x, double alpha = 1);

const OpDef& EluOp();  ///< aten.elu.default

}  // namespace conformance::ops
