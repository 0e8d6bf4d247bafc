#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// log of the sum of e^x over axes, without overflow.
/// Shapes: x [..., n, ...] -> y [..., ...], or [..., 1, ...] with keepdim.
/// Types:  floats keep their type; integers and bool give f32.
/// Errors: kShape for an axis outside the rank, or given twice.
/// Source: torch.logsumexp.
Value Logsumexp(OpContext& context, const Value& x, std::vector<int64_t> axes, bool keepdim = false);

const OpDef& LogsumexpOp();  ///< aten.logsumexp.default

}  // namespace conformance::ops
