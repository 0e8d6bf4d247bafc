#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A copy of x in which a slice (slice_scatter) or one position (select_scatter) of an axis is replaced by source.
/// Shapes: x [..., n, ...], source of the slice's sizes -> y [..., n, ...].
/// Types:  source is cast to the type of x.
/// Errors: kShape where source has other sizes; kInvalid for a step below 1.
/// Source: torch.slice_scatter, torch.select_scatter.
Value SliceScatter(OpContext& context, const Value& x, const Value& source, int64_t axis, SymInt start,
                   SymInt end, SymInt step);
Value SelectScatter(OpContext& context, const Value& x, const Value& source, int64_t axis, SymInt position);

const OpDef& SliceScatterOp();   ///< aten.slice_scatter.default
const OpDef& SelectScatterOp();  ///< aten.select_scatter.default

}  // namespace conformance::ops
