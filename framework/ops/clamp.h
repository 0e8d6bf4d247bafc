#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = min(max(x, min), max); an absent bound does not act; NaN stays NaN. Where min > max, y = max.
/// Shapes: x [...] -> y [...].
/// Types:  the promotion of x with the bounds as numbers.
/// Errors: kInvalid if both bounds are absent; kType if that is bool.
/// Source: torch.clamp.
Value Clamp(OpContext& context, const Value& x, std::optional<Scalar> min,
            std::optional<Scalar> max = std::nullopt);
/// y = max(x, min).
Value ClampMin(OpContext& context, const Value& x, Scalar min);
/// y = min(x, max).
Value ClampMax(OpContext& context, const Value& x, Scalar max);

const OpDef& ClampOp();         ///< aten.clamp.default
const OpDef& ClampTensorOp();   ///< aten.clamp.Tensor
const OpDef& ClampMinOp();      ///< aten.clamp_min.default
const OpDef& ClampMaxOp();      ///< aten.clamp_max.default
const OpDef& ClampInPlaceOp();  ///< aten.clamp_.default: writes y into x

}  // namespace conformance::ops
