#pragma once

#include <string_view>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Gaussian error linear unit, y = x · Φ(x). `approximate`: "none" takes Φ from erf; "tanh" uses y = x/2 · (1
/// + tanh(√(2/π) · (x + 0.044715 x³))).
/// Shapes: x [...] -> y [...].
/// Types:  f16, bf16, f32, f64; y has the type of x.
/// Errors: kType if x is not floating; kInvalid for another `approximate`.
/// Source: Hendrycks & Gimpel, arXiv:1606.08415; torch.nn.functional.gelu.
Value Gelu(OpContext& context, const Value& x, std::string_view approximate = "none");

const OpDef& GeluOp();  ///< aten.gelu.default

}  // namespace conformance::ops
