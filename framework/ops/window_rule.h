#pragma once

#include "framework/ops/rule_helpers.h"

// Rules of ops with windows: convolutions and pooling over the last one, two or three axes.
namespace conformance::ops {

/// input, weight, bias, stride, padding ("valid", "same" or numbers), dilation, groups.
Result<RuleResult> Conv1dRule(RuleCall& call);
Result<RuleResult> Conv2dRule(RuleCall& call);
Result<RuleResult> Conv3dRule(RuleCall& call);
/// input, weight, bias, stride, padding, output_padding, groups, dilation.
Result<RuleResult> ConvTranspose1dRule(RuleCall& call);
Result<RuleResult> ConvTranspose2dRule(RuleCall& call);
Result<RuleResult> ConvTranspose3dRule(RuleCall& call);
/// Either, by argument 6.
Result<RuleResult> ConvolutionRule(RuleCall& call);

/// self, kernel_size, stride, padding, dilation, ceil_mode; the second three also answer positions.
Result<RuleResult> MaxPool1dRule(RuleCall& call);
Result<RuleResult> MaxPool2dRule(RuleCall& call);
Result<RuleResult> MaxPool3dRule(RuleCall& call);
Result<RuleResult> MaxPool1dPositionsRule(RuleCall& call);
Result<RuleResult> MaxPool2dPositionsRule(RuleCall& call);
Result<RuleResult> MaxPool3dPositionsRule(RuleCall& call);
/// self, kernel_size, stride, padding, ceil_mode, count_include_pad, and above one axis divisor_override.
Result<RuleResult> AvgPool1dRule(RuleCall& call);
Result<RuleResult> AvgPool2dRule(RuleCall& call);
Result<RuleResult> AvgPool3dRule(RuleCall& call);
/// self, output_size.
Result<RuleResult> AdaptiveAvgPool1dRule(RuleCall& call);
Result<RuleResult> AdaptiveAvgPool2dRule(RuleCall& call);
Result<RuleResult> AdaptiveAvgPool3dRule(RuleCall& call);
Result<RuleResult> AdaptiveMaxPool1dRule(RuleCall& call);
Result<RuleResult> AdaptiveMaxPool2dRule(RuleCall& call);

}  // namespace conformance::ops
