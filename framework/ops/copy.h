#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Writes `source`, cast and broadcast, into x (model code has no in-place twins otherwise: this one fills
/// caches).
/// Shapes: x [...], source broadcasts to it -> x.
/// Types:  any; x keeps its type.
/// Errors: kShape if source does not broadcast to x.
/// Source: torch.Tensor.copy_.
Value CopyInPlace(OpContext& context, const Value& x, const Value& source);

const OpDef& CopyInPlaceOp();        ///< aten.copy_.default
const OpDef& FillScalarInPlaceOp();  ///< aten.fill_.Scalar
const OpDef& CopyOp();               ///< aten.copy.default: src with the sizes and type of self

}  // namespace conformance::ops
