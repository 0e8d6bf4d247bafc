#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A copy of x with x[indices] = values (+= with accumulate); indices as for Index.
/// Shapes: x [...], values broadcast to the sizes that Index would give -> y [...].
/// Types:  values have the type of x; indices i64, i32 or bool.
/// Errors: kShape where Index would refuse, or values do not broadcast; kType for values of another type.
/// Source: torch.Tensor.index_put.
Value IndexPut(OpContext& context, const Value& x, std::vector<Value> indices, const Value& values,
               bool accumulate = false);

const OpDef& IndexPutOp();         ///< aten.index_put.default
const OpDef& IndexPutInPlaceOp();  ///< aten.index_put_.default: writes y into x

}  // namespace conformance::ops
