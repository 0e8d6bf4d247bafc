#pragma once

#include <span>

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

/// Sizes of x[indices]; an undefined index keeps its axis, a bool one stands for its nonzero positions.
Result<Sizes> Indexed(RuleCall& call, const Value& x, const std::vector<Value>& indices);

/// gather and scatter: `index` is i64 or i32, has the rank of `value`, and is nowhere longer, but along `free_axis` (-1: none).
Status WantIndexWithin(RuleCall& call, const Value& index, std::string_view name, const Value& value,
                       int64_t free_axis);

/// self, dim, index: an index that is no longer than self beside the axis.
Status WantScatterTarget(RuleCall& call);
/// self, dim, index, src: the answer is like self.
Result<RuleResult> ScatterSrcRule(RuleCall& call);

}  // namespace conformance::ops
