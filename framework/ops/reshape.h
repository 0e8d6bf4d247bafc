#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// As View, with a copy where x's strides allow no view.
/// Shapes: x [...] -> y `shape`; one size may be -1.
/// Types:  any.
/// Errors: kShape if the counts differ, more than one -1, or a size below -1.
/// Source: torch.reshape.
Value Reshape(OpContext& context, const Value& x, std::vector<SymInt> shape);

const OpDef& ReshapeOp();  ///< aten.reshape.default

}  // namespace conformance::ops
