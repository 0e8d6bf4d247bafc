#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x without a history of gradients; here: x.
/// Shapes: x [...] -> y [...].
/// Types:  any.
/// Source: torch.Tensor.detach.
Value Detach(OpContext& context, const Value& x);

const OpDef& DetachOp();         ///< aten.detach.default
const OpDef& DetachInPlaceOp();  ///< aten.detach_.default
const OpDef& LiftFreshCopyOp();  ///< aten.lift_fresh_copy.default: a copy of a constant

}  // namespace conformance::ops
