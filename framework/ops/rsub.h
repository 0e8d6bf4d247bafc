#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = b − alpha · a: a number minus a tensor.
/// Shapes: a [...] -> y [...].
/// Types:  PyTorch's promotion: tensors with axes rule over tensors without, those over numbers, except that
///         a higher category (bool < integer < float) always wins; an integer tensor with a float number
///         gives f32.
/// Errors: kType if one is bool.
/// Source: torch.rsub.
Value Rsub(OpContext& context, const Value& a, Scalar b, Scalar alpha = 1);

const OpDef& RsubTensorOp();  ///< aten.rsub.Tensor
const OpDef& RsubScalarOp();  ///< aten.rsub.Scalar

}  // namespace conformance::ops
