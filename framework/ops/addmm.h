#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = beta · bias + alpha · (a · b).
/// Shapes: bias broadcasts to [m, n], a [m, k], b [k, n] -> y [m, n].
/// Types:  all the same, not bool.
/// Errors: kShape for other ranks or sizes; kType for mixed types.
/// Source: torch.addmm.
Value Addmm(OpContext& context, const Value& bias, const Value& a, const Value& b, Scalar beta = 1,
            Scalar alpha = 1);

const OpDef& AddmmOp();  ///< aten.addmm.default

}  // namespace conformance::ops
