#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// a where condition holds, else b.
/// Shapes: condition [...], a [...], b [...] -> y, their broadcast; a number counts as [].
/// Types:  condition bool; a and b promoted as for Add.
/// Errors: kShape if the sizes do not broadcast; kType unless condition is bool.
/// Source: torch.where.
Value Where(OpContext& context, const Value& condition, const Value& a, const Value& b);
Value Where(OpContext& context, const Value& condition, const Value& a, Scalar b);
Value Where(OpContext& context, const Value& condition, Scalar a, const Value& b);
Value Where(OpContext& context, const Value& condition, Scalar a, Scalar b);

const OpDef& WhereOp();             ///< aten.where.self
const OpDef& WhereScalarOtherOp();  ///< aten.where.ScalarOther
const OpDef& WhereScalarSelfOp();   ///< aten.where.ScalarSelf
const OpDef& WhereScalarOp();       ///< aten.where.Scalar

}  // namespace conformance::ops
