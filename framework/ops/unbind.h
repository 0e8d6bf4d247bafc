#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// All positions of an axis, which disappears; they share storage. The size of the axis must be a number: a
/// symbolic one is specialised. After an error: 64 poisoned values.
/// Shapes: x [..., n, ...] -> n of [..., ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank.
/// Source: torch.unbind.
std::vector<Value> Unbind(OpContext& context, const Value& x, int64_t axis = 0);

const OpDef& UnbindOp();  ///< aten.unbind.int

}  // namespace conformance::ops
