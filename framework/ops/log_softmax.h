#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = x − ln Σ eˣ along an axis, from x less its largest element.
/// Shapes: x [..., n, ...] -> y [..., n, ...].
/// Types:  `dtype`, to which x is cast first; by default the type of x.
/// Errors: kShape for an axis outside the rank; kType if the type is not floating.
/// Source: torch.nn.functional.log_softmax.
Value LogSoftmax(OpContext& context, const Value& x, int64_t axis, std::optional<DType> dtype = std::nullopt);

const OpDef& LogSoftmaxOp();       ///< aten.log_softmax.int
const OpDef& LogSoftmaxInnerOp();  ///< aten._log_softmax.default

}  // namespace conformance::ops
