#pragma once

#include "framework/ops/rule_helpers.h"

// What takes a part of argument 0, and what replaces it: the arguments that say which part stand from `first` on.
namespace conformance::ops {

Result<RuleResult> SlicePart(RuleCall& call, size_t first);   ///< dim, start, end, step
Result<RuleResult> SelectPart(RuleCall& call, size_t first);  ///< dim, index

}  // namespace conformance::ops
