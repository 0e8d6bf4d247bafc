#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// With `train`: zeroes elements with probability p and scales the rest by 1 / (1 − p); else x.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kInvalid unless 0 ≤ p ≤ 1.
/// Source: torch.nn.functional.dropout.
Value Dropout(OpContext& context, const Value& x, double p, bool train);

const OpDef& DropoutOp();  ///< aten.dropout.default
/// Also which elements stayed. kUnsupported in training, where that is random.
const OpDef& NativeDropoutOp();  ///< aten.native_dropout.default

}  // namespace conformance::ops
