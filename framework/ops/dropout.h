#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// With `train`: zeroes elements with probability p and scales the rest by 1 / (1 − p); else x.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kInvalid unless 0 ≤ p ≤ 1.
/// Draws: as bernoulli_ of 1 - p, in the order of x in memory.
/// Source: torch.nn.functional.dropout; ATen/native/Dropout.cpp.
Value Dropout(OpContext& context, const Value& x, double p, bool train);

const OpDef& DropoutOp();  ///< aten.dropout.default
/// Also which elements stayed.
const OpDef& NativeDropoutOp();  ///< aten.native_dropout.default

}  // namespace conformance::ops
