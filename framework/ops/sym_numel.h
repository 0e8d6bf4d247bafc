#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The number of elements of a tensor, as a size.
/// Shapes: x [...] -> a size.
/// Source: torch.ops.aten.sym_numel.
SymInt SymNumel(OpContext& context, const Value& x);

const OpDef& SymNumelOp();  ///< aten.sym_numel.default

}  // namespace conformance::ops
