#pragma once

#include "framework/ops/op_context.h"
#include "framework/ops/rule_helpers.h"

// Rules of ops that make tensors. `dtype` follows the sizes and the value in every schema.
namespace conformance::ops {

Result<RuleResult> FilledRule(RuleCall& call);    ///< (size, dtype): f32 by default
Result<RuleResult> LikeRule(RuleCall& call);      ///< (self, dtype)
Result<RuleResult> FullLikeRule(RuleCall& call);  ///< (self, value, dtype)
Result<RuleResult> NewRule(RuleCall& call);       ///< (self, size, dtype)
Result<RuleResult> NewFullRule(RuleCall& call);   ///< (self, size, value, dtype)

/// None where there is none.
Argument TypeArgument(std::optional<DType> dtype);

}  // namespace conformance::ops
