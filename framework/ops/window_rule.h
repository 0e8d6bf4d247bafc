#pragma once

#include "framework/ops/rule_helpers.h"

// Rules of ops that slide a window over the last axes.
namespace conformance::ops {

/// (input, weight, bias, stride, padding, dilation, groups); padding may be "valid" or "same".
Result<RuleResult> Conv1dRule(RuleCall& call);
Result<RuleResult> Conv2dRule(RuleCall& call);
/// (self, kernel_size, stride, padding, dilation, ceil_mode).
Result<RuleResult> MaxPool2dRule(RuleCall& call);

}  // namespace conformance::ops
