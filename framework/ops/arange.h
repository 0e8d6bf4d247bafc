#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// 0, 1, …, end − 1.
/// Shapes: -> y [end].
/// Types:  `dtype`.
/// Errors: kInvalid for a negative end.
/// Source: torch.arange.
Value Arange(OpContext& context, SymInt end, DType dtype = DType::kI64);
/// start, start + 1, … before end.
/// Shapes: -> y [end − start].
/// Errors: kInvalid if end < start.
Value Arange(OpContext& context, Scalar start, Scalar end, DType dtype);
/// start, start + step, … before end (after it, for a negative step).
/// Shapes: -> y [ceil((end − start) / step)].
/// Errors: kInvalid for step 0, or one that leads away from end.
Value Arange(OpContext& context, Scalar start, Scalar end, Scalar step, DType dtype);

const OpDef& ArangeOp();           ///< aten.arange.default
const OpDef& ArangeStartOp();      ///< aten.arange.start
const OpDef& ArangeStartStepOp();  ///< aten.arange.start_step

}  // namespace conformance::ops
