#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x in the type of `other`.
/// Shapes: x [...] -> y [...].
/// Types:  any -> the type of other.
/// Source: torch.Tensor.type_as.
Value TypeAs(OpContext& context, const Value& x, const Value& other);

const OpDef& TypeAsOp();  ///< aten.type_as.default

}  // namespace conformance::ops
