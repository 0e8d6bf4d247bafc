#pragma once

#include <cstdint>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// To the end of the axis.
inline constexpr int64_t kEnd = INT64_MAX;

/// Elements start, start + step, … before `end` of one axis, by Python's rules: negative positions count from
/// the end, and both are clamped to the axis. Shares storage. Where the clamping is provable from the sizes,
/// no guard is recorded.
/// Shapes: x [..., n, ...] -> y [..., ceil((end − start) / step), ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank; kInvalid unless step > 0.
/// Source: torch.ops.aten.slice.
Value Slice(OpContext& context, const Value& x, int64_t axis, SymInt start, SymInt end = kEnd,
            SymInt step = 1);

const OpDef& SliceOp();  ///< aten.slice.Tensor

}  // namespace conformance::ops
