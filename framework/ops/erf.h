#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The error function, y = 2/√π · ∫₀ˣ e^(−t²) dt.
/// Shapes: x [...] -> y [...].
/// Types:  floats keep their type; integers and bool give f32.
/// Source: torch.erf.
Value Erf(OpContext& context, const Value& x);

const OpDef& ErfOp();  ///< aten.erf.default

}  // namespace conformance::ops
