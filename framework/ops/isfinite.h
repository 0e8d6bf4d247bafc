#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Whether x is neither infinite nor NaN.
/// Shapes: x [...] -> y [...].
/// Types:  any -> bool.
/// Source: torch.isfinite.
Value Isfinite(OpContext& context, const Value& x);

const OpDef& IsfiniteOp();  ///< aten.isfinite.default

}  // namespace conformance::ops
