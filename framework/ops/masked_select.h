#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The elements at the true positions of a mask, in order.
/// Shapes: x, mask broadcast -> y [k], k known when run.
/// Types:  y has the type of x; mask bool.
/// Errors: kShape if x and mask do not broadcast; kType for another mask.
/// Source: torch.masked_select.
Value MaskedSelect(OpContext& context, const Value& x, const Value& mask);

const OpDef& MaskedSelectOp();  ///< aten.masked_select.default

}  // namespace conformance::ops
