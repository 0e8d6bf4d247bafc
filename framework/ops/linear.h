#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x · weightᵀ + bias.
/// Shapes: x [..., k], weight [n, k] (or [k]), bias [n] (or absent) -> y [..., n].
/// Types:  all have the type of x, not bool; halves are accumulated in f32.
/// Errors: kShape if the last axis of x is not k, or bias is not [n]; kType for mixed types or bool.
/// Source: torch.nn.functional.linear.
Value Linear(OpContext& context, const Value& x, const Value& weight, const Value& bias = {});

const OpDef& LinearOp();  ///< aten.linear.default

}  // namespace conformance::ops
