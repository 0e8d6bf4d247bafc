#pragma once

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

/// Sizes of x in row-major order under other sizes, of which one may be -1.
Result<Sizes> Reshaped(RuleCall& call, const Value& x, const Sizes& wanted);
Result<RuleResult> ReshapeRule(RuleCall& call);    ///< (self, sizes)
Result<RuleResult> ReshapeAsRule(RuleCall& call);  ///< (self, other)

}  // namespace conformance::ops
