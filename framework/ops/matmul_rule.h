#pragma once

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

Result<RuleResult> MatmulRule(RuleCall& call);   ///< (a, b), any ranks but 0
Result<RuleResult> MmRule(RuleCall& call);       ///< (a, b)
Result<RuleResult> BmmRule(RuleCall& call);      ///< (a, b)
Result<RuleResult> AddmmRule(RuleCall& call);    ///< (bias, a, b, beta, alpha)
Result<RuleResult> BaddbmmRule(RuleCall& call);  ///< (bias, a, b, beta, alpha)

/// Both of one type, not bool.
Status WantFactors(const RuleCall& call, std::string_view name_a, const Value& a, std::string_view name_b,
                   const Value& b);

}  // namespace conformance::ops
