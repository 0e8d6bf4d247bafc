#pragma once

#include "framework/ops/rule_helpers.h"

// Rules of interpolation over the last one to three axes, by the two forms that PyTorch has of each.
namespace conformance::ops {

/// "vec": input, output_size?, (align_corners,) scale_factors?; exactly one of the two is given.
/// "default": self, output_size, (align_corners,) a scale for each axis.
Result<RuleResult> UpsampleNearestRule(RuleCall& call);  ///< floats and u8
Result<RuleResult> UpsampleRule(RuleCall& call);         ///< floats

}  // namespace conformance::ops
