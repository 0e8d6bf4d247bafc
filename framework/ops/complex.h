#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

// Complex numbers of real ones, and their parts. Complex types are complex64 (parts of f32) and complex128 (of f64).

/// The parts as a last axis of 2; the same elements.
/// Shapes: x [...] -> y [..., 2].
/// Types:  x complex; y has the type of its parts.
/// Errors: kType if x is real.
/// Source: torch.view_as_real.
Value ViewAsReal(OpContext& context, const Value& x);
/// The other way: x [..., 2] of f32 or f64 -> y [...]. Errors: kShape for another last axis; kType for other types.
Value ViewAsComplex(OpContext& context, const Value& x);

/// The real part; a real x is its own. Source: torch.real.
Value Real(OpContext& context, const Value& x);
/// The imaginary part. Errors: kType if x is real. Source: torch.imag.
Value Imag(OpContext& context, const Value& x);

/// re + i·im. Shapes broadcast. Types: f32 or f64, both the same. Errors: kType otherwise. Source: torch.complex.
Value Complex(OpContext& context, const Value& re, const Value& im);
/// r·cos φ + i·r·sin φ. Shapes broadcast. Types: f32 or f64, both the same. Errors: kType otherwise. Source: torch.polar.
Value Polar(OpContext& context, const Value& r, const Value& angle);

/// The imaginary part with the other sign; a real x is its own. Source: torch.conj.
Value Conj(OpContext& context, const Value& x);
/// φ of r·e^iφ in (-π, π]; of a real x 0 or π. Types: complex to the type of the parts, integers and bool to f32. Source: torch.angle.
Value Angle(OpContext& context, const Value& x);

const OpDef& ViewAsRealOp();     ///< aten.view_as_real.default
const OpDef& ViewAsComplexOp();  ///< aten.view_as_complex.default
const OpDef& RealOp();           ///< aten.real.default
const OpDef& ImagOp();           ///< aten.imag.default
const OpDef& ComplexOfPartsOp();       ///< aten.complex.default
const OpDef& PolarOp();          ///< aten.polar.default
const OpDef& ConjOp();           ///< aten.conj.default
const OpDef& ConjViewOp();       ///< aten._conj.default: PyTorch's lazy one
const OpDef& ConjPhysicalOp();   ///< aten.conj_physical.default
const OpDef& ResolveConjOp();    ///< aten.resolve_conj.default: nothing is lazy here, so x itself
const OpDef& NegViewOp();        ///< aten._neg_view.default
const OpDef& ResolveNegOp();     ///< aten.resolve_neg.default
const OpDef& AngleOp();          ///< aten.angle.default

}  // namespace conformance::ops
