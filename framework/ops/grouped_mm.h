#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Rows in groups that follow each other, each group times a matrix of its own: y[r] = x[r] · weights[g] for the rows
/// ends[g − 1] ≤ r < ends[g]. Rows behind the last end are 0.
/// Shapes: x [rows, k], weights [groups, k, n], ends [groups] -> y [rows, n].
/// Types:  f16, bf16, f32, f64, both the same; y has that type; ends i32.
/// Errors: kShape for other ranks or sizes; kType for other types; kUnsupported for a bias or another type of the result; when it runs,
///         kInvalid for ends that fall or lie outside the rows.
/// Source: torch._grouped_mm, in the form that mixtures of experts use.
Value GroupedMm(OpContext& context, const Value& x, const Value& weights, const Value& ends);

const OpDef& GroupedMmOp();          ///< aten._grouped_mm.default
const OpDef& GroupedMmFallbackOp();  ///< transformers.grouped_mm_fallback.default

}  // namespace conformance::ops
