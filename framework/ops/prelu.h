#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x above 0, else weight * x, with a weight for all or for each channel.
/// Shapes: x [n, c, ...], weight [c], [1] or [] -> y like x.
/// Types:  floats, both of one type.
/// Errors: kShape for another number of weights; kType for other types.
/// Source: torch.nn.functional.prelu.
Value Prelu(OpContext& context, const Value& x, const Value& weight);

const OpDef& PreluOp();  ///< aten.prelu.default

}  // namespace conformance::ops
