#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = eˣ / Σ eˣ along an axis, from x less its largest element. A row of −inf gives NaN.
/// Shapes: x [..., n, ...] -> y [..., n, ...].
/// Types:  `dtype`, to which x is cast first; by default the type of x.
/// Errors: kShape for an axis outside the rank; kType if the type is not floating.
/// Source: torch.nn.functional.softmax.
Value Softmax(OpContext& context, const Value& x, int64_t axis, std::optional<DType> dtype = std::nullopt);

const OpDef& SoftmaxOp();       ///< aten.softmax.int
const OpDef& SafeSoftmaxOp();   ///< aten._safe_softmax.default: 0 where all of a row is −inf
const OpDef& SoftmaxInnerOp();  ///< aten._softmax.default

}  // namespace conformance::ops
