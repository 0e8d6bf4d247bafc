#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Python's operators on sizes, as nodes of a program that was read (`_operator.mul(s0, 2)`). Model code uses
/// SymInt's own operators. Arguments `a` and `b` are sizes or numbers; add to mod, neg and pow answer a size,
/// the comparisons a condition, truediv and sym_float a number (kUnsupported where that would be symbolic).
/// Errors: kInvalid for a division by zero; kUnsupported for floats where a size is wanted.
/// Source: Python's operator module.
const OpDef& OperatorAddOp();       ///< _operator.add
const OpDef& OperatorSubOp();       ///< _operator.sub
const OpDef& OperatorMulOp();       ///< _operator.mul
const OpDef& OperatorFloordivOp();  ///< _operator.floordiv
const OpDef& OperatorModOp();       ///< _operator.mod
const OpDef& OperatorNegOp();       ///< _operator.neg
const OpDef& OperatorPowOp();       ///< _operator.pow
const OpDef& OperatorTruedivOp();   ///< _operator.truediv
const OpDef& OperatorEqOp();        ///< _operator.eq
const OpDef& OperatorNeOp();        ///< _operator.ne
const OpDef& OperatorLtOp();        ///< _operator.lt
const OpDef& OperatorLeOp();        ///< _operator.le
const OpDef& OperatorGtOp();        ///< _operator.gt
const OpDef& OperatorGeOp();        ///< _operator.ge
const OpDef& SymMaxOp();            ///< torch.sym_max
const OpDef& SymMinOp();            ///< torch.sym_min
const OpDef& SymNotOp();            ///< torch.sym_not
const OpDef& SymFloatOp();          ///< torch.sym_float

}  // namespace conformance::ops
