#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a + value * b * c, or (addcdiv) a + value * b / c.
/// Shapes: a, b, c broadcast -> y.
/// Types:  promoted; addcdiv refuses integers.
/// Errors: kShape if they do not broadcast; kType for integers in addcdiv, or a float value for integers.
/// Source: torch.addcmul, torch.addcdiv.
Value Addcmul(OpContext& context, const Value& a, const Value& b, const Value& c, Scalar value);

const OpDef& AddcmulOp();  ///< aten.addcmul.default
const OpDef& AddcdivOp();  ///< aten.addcdiv.default

}  // namespace conformance::ops
