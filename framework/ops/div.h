#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = a / b, always a float. With a rounding mode: "trunc" towards 0, "floor" towards −inf, in the promoted
/// type.
/// Shapes: a [...], b [...] -> y, their broadcast by NumPy's rules; a number counts as [].
/// Types:  as for Add; where that gives an integer or bool: f32.
/// Errors: kShape if the sizes do not broadcast.
/// Source: torch.div.
Value Div(OpContext& context, const Value& a, const Value& b);
Value Div(OpContext& context, const Value& a, Scalar b);
/// As above, rounded; `rounding_mode` is "trunc" or "floor" (kInvalid otherwise).
Value Div(OpContext& context, const Value& a, const Value& b, std::string_view rounding_mode);
Value Div(OpContext& context, const Value& a, Scalar b, std::string_view rounding_mode);

const OpDef& DivTensorOp();         ///< aten.div.Tensor; `other` may be a number
const OpDef& DivScalarOp();         ///< aten.div.Scalar
const OpDef& DivTensorModeOp();     ///< aten.div.Tensor_mode; `other` may be a number
const OpDef& DivScalarModeOp();     ///< aten.div.Scalar_mode
const OpDef& DivTensorInPlaceOp();  ///< aten.div_.Tensor: writes y into a

}  // namespace conformance::ops
