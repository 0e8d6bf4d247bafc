#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = log(1 / (1 + e^-x)).
/// Shapes: x [...] -> y [...].
/// Types:  floats; y has the type of x.
/// Errors: kType if x is not floating.
/// Source: torch.nn.functional.logsigmoid.
Value LogSigmoid(OpContext& context, const Value& x);

const OpDef& LogSigmoidOp();  ///< aten.log_sigmoid.default

}  // namespace conformance::ops
