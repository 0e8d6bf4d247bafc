#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = beta · bias + alpha · (a · b) of a batch.
/// Shapes: bias broadcasts to [b, m, n], a [b, m, k], b [b, k, n] -> y [b, m, n].
/// Types:  all the same, not bool.
/// Errors: kShape for other ranks or sizes; kType for mixed types.
/// Source: torch.baddbmm.
Value Baddbmm(OpContext& context, const Value& bias, const Value& a, const Value& b, Scalar beta = 1,
              Scalar alpha = 1);

const OpDef& BaddbmmOp();  ///< aten.baddbmm.default

}  // namespace conformance::ops
