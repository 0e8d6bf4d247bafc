#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Axes moved to other places; the others keep their order.
/// Shapes: x [...] -> y, a permutation of x's axes.
/// Types:  y has the type of x.
/// Errors: kShape for an axis outside the rank or twice the same; kInvalid for lists of different lengths.
/// Source: torch.movedim.
Value Movedim(OpContext& context, const Value& x, int64_t source, int64_t destination);

const OpDef& MovedimOp();     ///< aten.movedim.intlist
const OpDef& MovedimIntOp();  ///< aten.movedim.int

}  // namespace conformance::ops
