#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Advanced indexing, x[i0, :, i1, …]: indices broadcast together; an undefined one keeps its axis.
/// Neighbouring index tensors are replaced in place by the broadcast axes; others put those first. A bool
/// index counts as its nonzero positions, whose number depends on data.
/// Shapes: x [a, b, c], {undefined, i [p, q]} -> y [a, p, q, c].
/// Types:  x any; indices i64, i32 or bool (u8 is refused); y has the type of x.
/// Errors: kShape for more indices than axes, indices that do not broadcast, or a bool index of another size;
///         kType for other indices.
/// Source: torch.ops.aten.index; NumPy's advanced indexing.
Value Index(OpContext& context, const Value& x, std::vector<Value> indices);

const OpDef& IndexOp();  ///< aten.index.Tensor

}  // namespace conformance::ops
