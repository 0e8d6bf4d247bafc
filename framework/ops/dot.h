#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Sum of products of two vectors; mv a matrix times a vector; outer all products of two vectors.
/// Shapes: dot [n], [n] -> []; mv [m, n], [n] -> [m]; outer [m], [n] -> [m, n].
/// Types:  numbers, both of one type (outer: promoted); halves are summed in f32.
/// Errors: kShape where sizes do not fit; kType for other types.
/// Source: torch.dot, torch.mv, torch.outer.
Value Outer(OpContext& context, const Value& a, const Value& b);

const OpDef& DotOp();    ///< aten.dot.default
const OpDef& MvOp();     ///< aten.mv.default
const OpDef& OuterOp();  ///< aten.outer.default

}  // namespace conformance::ops
