#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The transpose of a matrix; fewer axes stay as they are. Shares storage.
/// Shapes: x [m, n] -> y [n, m].
/// Types:  any.
/// Errors: kShape for more than two axes.
/// Source: torch.t.
Value T(OpContext& context, const Value& x);

const OpDef& TOp();  ///< aten.t.default

}  // namespace conformance::ops
