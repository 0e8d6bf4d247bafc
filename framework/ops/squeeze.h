#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Drops `axis` where its size is 1 (a guard where that is not known), else x as it is; shares storage.
/// Shapes: x [..., 1, ...] -> y [..., ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.squeeze.
Value Squeeze(OpContext& context, const Value& x, int64_t axis);

const OpDef& SqueezeOp();      ///< aten.squeeze.default: all axes of size 1
const OpDef& SqueezeDimOp();   ///< aten.squeeze.dim
const OpDef& SqueezeDimsOp();  ///< aten.squeeze.dims

}  // namespace conformance::ops
