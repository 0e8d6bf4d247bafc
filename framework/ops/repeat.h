#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Tiles x `repeats[i]` times along axis i; new axes come first.
/// Shapes: x [..., n] -> y [..., n · repeats[last]].
/// Types:  any.
/// Errors: kShape if `repeats` is shorter than x's rank, or negative.
/// Source: torch.Tensor.repeat.
Value Repeat(OpContext& context, const Value& x, std::vector<SymInt> repeats);

const OpDef& RepeatOp();  ///< aten.repeat.default

}  // namespace conformance::ops
