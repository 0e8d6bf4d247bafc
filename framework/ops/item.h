#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The only element of an integer or bool tensor as a size: in a trace an unbacked symbol. 1 after an error.
/// Shapes: x [] or [1, …, 1].
/// Types:  integers and bool (kUnsupported for floats: a number that is no size).
/// Errors: kShape for more or fewer than one element.
/// Source: torch.Tensor.item.
SymInt Item(OpContext& context, const Value& x);

const OpDef& ItemOp();              ///< aten.item.default
const OpDef& LocalScalarDenseOp();  ///< aten._local_scalar_dense.default

}  // namespace conformance::ops
