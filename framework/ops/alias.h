#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x under another name.
/// Shapes: x [...] -> y [...].
/// Types:  any.
/// Source: torch.ops.aten.alias.
Value Alias(OpContext& context, const Value& x);

const OpDef& AliasOp();  ///< aten.alias.default

}  // namespace conformance::ops
