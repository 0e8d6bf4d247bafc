#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = 1.0507… · (x if x > 0 else 1.6733… · (eˣ − 1)), the constants of the paper.
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: Klambauer et al., arXiv:1706.02515; torch.selu.
Value Selu(OpContext& context, const Value& x);

const OpDef& SeluOp();  ///< aten.selu.default

}  // namespace conformance::ops
