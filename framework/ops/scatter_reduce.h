#pragma once

#include <string>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A copy of x in which the elements that index points to are joined with those of source: by "sum", "prod", "mean", "amax" or "amin"; x's
/// own counts unless include_self is false.
/// Shapes: x [...], index of x's rank, source at least as long -> y [...].
/// Types:  source has the type of x; index i64 or i32.
/// Errors: as ScatterAdd; kInvalid for another reduce.
/// Source: torch.scatter_reduce.
Value ScatterReduce(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source,
                    std::string reduce, bool include_self);

const OpDef& ScatterReduceOp();  ///< aten.scatter_reduce.two

}  // namespace conformance::ops
