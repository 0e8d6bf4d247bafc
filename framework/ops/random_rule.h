#pragma once

#include <string_view>

#include "framework/ops/rule_helpers.h"

// Rules of ops that draw at random. What they draw is PyTorch's own sequence for a seed (references/eager/torch_random.h), so that a
// program which draws can be held against PyTorch. A Generator is no argument of a program: torch.export has no word for one.
namespace conformance::ops {

/// Traits of all of them.
inline constexpr OpTraits kDraws = {.random = true};

/// Reals of `dtype`. Errors: kType for other types.
Result<RuleResult> RealDraws(const RuleCall& call, DType dtype, Sizes sizes);
/// Integers in [low, high) of `dtype`, which may be a real type as far as it has every one of them. Errors: kInvalid for low ≥ high, and for
/// numbers outside the type; kUnsupported for reals beyond their digits, where PyTorch warns and draws what it calls undefined.
Result<RuleResult> IntegerDraws(const RuleCall& call, DType dtype, Sizes sizes, const SymInt& low, const SymInt& high);
/// Error kInvalid unless the number at `index` is a probability.
Status WantProbability(const RuleCall& call, size_t index, std::string_view name);

}  // namespace conformance::ops
