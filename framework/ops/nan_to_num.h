#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// NaN and the infinities replaced by numbers: by default 0, the largest and the smallest of the type.
/// Shapes: x [...] -> y [...].
/// Types:  any; y has the type of x.
/// Source: torch.nan_to_num.
Value NanToNum(OpContext& context, const Value& x);

const OpDef& NanToNumOp();  ///< aten.nan_to_num.default

}  // namespace conformance::ops
