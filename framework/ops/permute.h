#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Axis i of y is axis `axes[i]` of x; shares storage.
/// Shapes: x [d0, ..., dn] -> y [d(axes[0]), ..., d(axes[n])].
/// Types:  any.
/// Errors: kShape unless `axes` is a permutation of x's axes.
/// Source: torch.permute.
Value Permute(OpContext& context, const Value& x, std::vector<int64_t> axes);

const OpDef& PermuteOp();  ///< aten.permute.default

}  // namespace conformance::ops
