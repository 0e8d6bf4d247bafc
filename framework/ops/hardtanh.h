#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = min(max(x, min), max).
/// Shapes: x [...] -> y [...].
/// Types:  y has the type of x.
/// Errors: kType if x is bool.
/// Source: torch.nn.functional.hardtanh.
Value Hardtanh(OpContext& context, const Value& x, double min = -1, double max = 1);

const OpDef& HardtanhOp();  ///< aten.hardtanh.default

}  // namespace conformance::ops
