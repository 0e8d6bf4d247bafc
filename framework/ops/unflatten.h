#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// An axis split into several; one of the sizes may be -1.
/// Shapes: x [..., n, ...] -> y [..., sizes..., ...].
/// Types:  y has the type of x.
/// Errors: kShape where the product of sizes is not n.
/// Source: torch.unflatten.
Value Unflatten(OpContext& context, const Value& x, int64_t axis, std::vector<SymInt> sizes);

const OpDef& UnflattenOp();  ///< aten.unflatten.int

}  // namespace conformance::ops
