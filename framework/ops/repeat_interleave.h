#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Each position of an axis `repeats` times in a row; without axis: of x flattened.
/// Shapes: x [..., n, ...] -> y [..., n · repeats, ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank; kInvalid for negative repeats.
/// Source: torch.repeat_interleave.
Value RepeatInterleave(OpContext& context, const Value& x, SymInt repeats,
                       std::optional<int64_t> axis = std::nullopt);

const OpDef& RepeatInterleaveOp();  ///< aten.repeat_interleave.self_int

}  // namespace conformance::ops
