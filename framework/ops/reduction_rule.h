#pragma once

#include <optional>

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

/// Argument 0 reduced over the axes at `index` (an axis, a list, or None; None and an empty list: over all), of type `dtype`.
Result<RuleResult> ReduceOver(RuleCall& call, size_t index, bool keepdim, DType dtype);

/// An empty list of axes at `index`, where an op takes that for none rather than all.
bool NamesNoAxis(const RuleCall& call, size_t index);

/// For reductions without a value for no elements: error where one of the axes at `index` (without index: any) has size 0.
Status WantElements(RuleCall& call, std::optional<size_t> index);

}  // namespace conformance::ops
