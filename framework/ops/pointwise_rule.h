#pragma once

#include "framework/ops/rule_helpers.h"

// Rules of ops that work element by element. The first argument is x (or a), the second of the binary ones b.
namespace conformance::ops {

Result<RuleResult> AnyUnaryRule(RuleCall& call);       ///< y has the type of x
Result<RuleResult> NoBoolUnaryRule(RuleCall& call);    ///< as above; bool is refused
Result<RuleResult> MagnitudeRule(RuleCall& call);      ///< y has the type of x's parts; bool is refused
Result<RuleResult> FloatUnaryRule(RuleCall& call);     ///< integers and bool give f32
Result<RuleResult> FloatingUnaryRule(RuleCall& call);  ///< only floats
Result<RuleResult> IntegralUnaryRule(RuleCall& call);  ///< only integers and bool
Result<RuleResult> TestUnaryRule(RuleCall& call);      ///< y is bool

Result<RuleResult> BinaryRule(RuleCall& call);         ///< promoted, broadcast
Result<RuleResult> BinaryNoBoolsRule(RuleCall& call);  ///< as above; two bools are refused
Result<RuleResult> ArithmeticRule(RuleCall& call);     ///< BinaryRule with an `alpha` as third argument
Result<RuleResult> SubtractRule(RuleCall& call);       ///< ArithmeticRule; any bool is refused
Result<RuleResult> DivideRule(RuleCall& call);         ///< integers and bool give f32
Result<RuleResult> CompareRule(RuleCall& call);        ///< y is bool
Result<RuleResult> BitwiseRule(RuleCall& call);        ///< only integers and bool

/// Of the same, written into the first argument.
Result<RuleResult> AnyUnaryInPlaceRule(RuleCall& call);
Result<RuleResult> NoBoolUnaryInPlaceRule(RuleCall& call);
Result<RuleResult> FloatUnaryInPlaceRule(RuleCall& call);
Result<RuleResult> FloatingUnaryInPlaceRule(RuleCall& call);

/// Kind of a number as third argument: PyTorch allows a float `alpha` only for floats, a bool one only for bools.
Status WantAlpha(const RuleCall& call, size_t index, DType result);

}  // namespace conformance::ops
