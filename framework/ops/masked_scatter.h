#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x with the next elements of `source`, in order, where mask holds.
/// Shapes: x [...], mask [...], source [...] with at least as many elements as mask has true ones -> y, the
///         broadcast of x and mask.
/// Types:  mask bool; source has the type of x.
/// Errors: kShape if mask does not broadcast; kType for other types.
/// Source: torch.Tensor.masked_scatter.
Value MaskedScatter(OpContext& context, const Value& x, const Value& mask, const Value& source);

const OpDef& MaskedScatterOp();  ///< aten.masked_scatter.default

}  // namespace conformance::ops
