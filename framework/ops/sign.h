#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// −1, 0 or 1; NaN gives 0.
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Source: torch.sign.
Value Sign(OpContext& context, const Value& x);

const OpDef& SignOp();  ///< aten.sign.default

}  // namespace conformance::ops
