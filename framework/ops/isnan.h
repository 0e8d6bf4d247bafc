#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = (x is NaN).
/// Shapes: x [...] -> y [...].
/// Types:  any; y is bool.
/// Source: torch.isnan.
Value Isnan(OpContext& context, const Value& x);

const OpDef& IsnanOp();  ///< aten.isnan.default

}  // namespace conformance::ops
