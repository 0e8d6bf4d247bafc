#pragma once

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

Result<RuleResult> SplitRule(RuleCall& call);       ///< (self, split_size, dim)
Result<RuleResult> SplitSizesRule(RuleCall& call);  ///< (self, split_sizes, dim)
Result<RuleResult> ChunkRule(RuleCall& call);       ///< (self, chunks, dim)

}  // namespace conformance::ops
